import { createHash } from 'node:crypto';
import { z } from 'zod';
import { labelsSchema } from '../supervisely/labels.ts';
import { decodePlanSchema, wantedFrameSchema } from '../video/extract/decode-plan.ts';
import { type Settings, settingsSchema } from './settings.ts';

/**
 * A run of one video's selection that one decode invocation handles, with all it needs for that.
 * A frame that was in the destination when the video was planned has its image's id, and its size where the server
 * tells it. One whose image is to be made anew has the id of the old one in `replaces`, and that one's size.
 */
export const chunkSchema = z.strictObject({
	schema: z.literal(1),
	id: z.string(),
	video: z.strictObject({ id: z.int(), name: z.string() }),
	/** Dataset of the destination that gets the images. */
	dataset: z.int(),
	settings: settingsSchema,
	/** Image meta that all frames share. */
	provenance: z.record(z.string(), z.unknown()),
	frames: z.array(
		wantedFrameSchema.extend({
			name: z.string(),
			image: z.int().optional(),
			replaces: z.int().optional(),
			size: z.strictObject({ width: z.int(), height: z.int() }).optional(),
		}),
	),
	/** Null when all frames are in the destination already and only their labels are looked after. */
	decodePlan: decodePlanSchema.nullable(),
	/** Key of the copy that the file is read from; null where it is read where it lies. */
	copy: z.string().nullable(),
	/** Null when labels aren't copied. */
	labels: labelsSchema.nullable(),
});
export type Chunk = z.output<typeof chunkSchema>;
export type ChunkFrame = Chunk['frames'][number];

/** A chunk's id is made of what it is, never of how it was delivered. */
export const chunkId = (video: number, frames: number[], work: 'decode' | 'labels', settings: Settings): string => {
	const [first = 0, last = 0] = [frames[0], frames.at(-1)];
	const hash = createHash('sha256')
		.update(JSON.stringify([settings, work, frames]))
		.digest('hex')
		.slice(0, 10);
	return `${video}-${first}-${last}-${hash}`;
};
