import { z } from 'zod';
import { storedObject } from '../stored-object.ts';
import { dropReasons } from './frame-quality.ts';

const scoresSchema = storedObject({ sharpness: z.number(), brightness: z.number(), hash: z.string() });

/** An image in the destination, as the chunk that made or found it knows it. */
export const imageRowSchema = storedObject({
	/** Index of the frame. */
	frame: z.int(),
	/** Id of the image. */
	image: z.int(),
	name: z.string(),
	/** Null where neither this sampling nor the server knows it. */
	size: storedObject({ width: z.int(), height: z.int() }).nullable(),
	/** SHA-256 of the file in hexadecimal; null for an image that was there before. */
	sha256: z.string().nullable(),
	/** Null where nothing asked for them. */
	scores: scoresSchema.nullable(),
	/** Number of labels by class; null if labels are not copied. */
	labels: z.record(z.string(), z.int()).nullable(),
});
export type ImageRow = z.output<typeof imageRowSchema>;

/** The images of a chunk, and what quality rules have decided. */
export const imageRowsSchema = storedObject({
	schema: z.literal(1),
	rows: z.array(imageRowSchema),
	/** Frames that the quality rules drop, and why; null without such rules. */
	dropped: z.array(storedObject({ frame: z.int(), reason: z.enum(dropReasons) })).nullable(),
	/** Hash of the frame that was kept last; null if there is none. */
	lastHash: z.string().nullable(),
});
export type ImageRows = z.output<typeof imageRowsSchema>;

/** The frames that quality rules keep of a video, so that a later sampling need not decode the others again. */
export const keptFramesSchema = storedObject({ schema: z.literal(1), frames: z.array(z.int()) });
