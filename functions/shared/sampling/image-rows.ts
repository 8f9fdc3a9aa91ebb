import * as z from 'zod';
import { storedObject } from '../stored-object.ts';
import { imageFormats } from '../video/picture/image-format.ts';
import type { Chunk, ChunkFrame } from './chunk.ts';
import { dropReasons } from './frame-quality.ts';
import { splitNames } from './split-settings.ts';

const scoresSchema = storedObject({ sharpness: z.number(), brightness: z.number(), hash: z.string() });

/** An image in the destination, as recorded by the chunk that made or found it. */
export const imageRowSchema = storedObject({
	/** Index of the frame. */
	frame: z.int(),
	/** Presentation time in ticks of the file. */
	pts: z.number(),
	/** Time since the first frame of the video. */
	seconds: z.number().nullable(),
	/** The rule that took the frame. */
	rule: z.string().nullable(),
	/** Null for an image that is in no split. */
	split: z.enum(splitNames).nullable().optional(),
	/** Id of the image. */
	image: z.int(),
	name: z.string(),
	/** Null if unknown to both this sampling and the server. */
	size: storedObject({ width: z.int(), height: z.int() }).nullable(),
	/** SHA-256 of the file in hexadecimal; null for an image that was there before. */
	sha256: z.string().nullable(),
	/** Null where no quality rules were applied. */
	scores: scoresSchema.nullable(),
	/** Number of labels by class; null if labels are not copied. */
	labels: z.array(storedObject({ class: z.string(), count: z.int() })).nullable(),
	/** Ids of the video's objects with figures on the frame; null if labels are not copied. */
	objects: z.array(z.int()).nullable(),
	/** Remarks on the frame's labels. */
	notes: z.array(z.string()),
});
export type ImageRow = z.output<typeof imageRowSchema>;

/** The images of a chunk, and what quality rules have decided; or the images of a video that no chunk works on. */
export const imageRowsSchema = storedObject({
	schema: z.literal(1),
	video: storedObject({ id: z.int(), name: z.string() }),
	/** Where the video is. */
	source: storedObject({ project: z.int().nullable(), dataset: z.int().nullable() }),
	/** Dataset of the images. */
	dataset: z.int(),
	format: z.enum(imageFormats),
	rows: z.array(imageRowSchema),
	/** Frames that the quality rules drop, and why; null without such rules. */
	dropped: z.array(storedObject({ frame: z.int(), reason: z.enum(dropReasons) })).nullable(),
	/** Hash of the frame that was kept last; null if there is none. */
	lastHash: z.string().nullable(),
});
export type ImageRows = z.output<typeof imageRowsSchema>;

/** What is known of a frame and its image without decoding. */
export function imageRow(frame: ChunkFrame, image: number, timeOffset = 0): ImageRow {
	const { index, pts, seconds, rule, split, name, size } = frame;
	return {
		...{ frame: index, pts: pts + timeOffset, seconds: seconds ?? null, rule: rule ?? null },
		...{ split: split ?? null, image, name, size: size ?? null },
		...{ sha256: null, scores: null, labels: null, objects: null, notes: [] },
	};
}

/** What the rows of images of a video have in common. */
export function rowsHead({
	video,
	provenance,
	dataset,
	settings,
}: Pick<Chunk, 'video' | 'provenance' | 'dataset' | 'settings'>): Pick<
	ImageRows,
	'schema' | 'video' | 'source' | 'dataset' | 'format'
> {
	const { video_project_id: project, video_dataset_id: above } = provenance;
	const idOf = (id: unknown) => (typeof id === 'number' ? id : null);
	const source = { project: idOf(project), dataset: idOf(above) };
	return { schema: 1, video, source, dataset, format: settings.format };
}

/** The frames that quality rules keep of a video, so that a later sampling need not decode the others again. */
export const keptFramesSchema = storedObject({ schema: z.literal(1), frames: z.array(z.int()) });
