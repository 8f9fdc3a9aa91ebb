import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { StateStore } from '../state-store.ts';
import { storedObject } from '../stored-object.ts';
import { labelsSchema } from '../supervisely/labels/labels.ts';
import { decodePlanSchema, wantedFrameSchema } from '../video/extract/decode-plan.ts';
import { readDocument } from './documents.ts';
import { chunkQualitySchema } from './frame-quality.ts';
import { type Attempt, keys } from './keys.ts';
import { imageSettingsSchema, type Settings } from './settings.ts';
import { splitNames } from './split-settings.ts';

/**
 * The frames of one video that one decode invocation processes, with all data it needs.
 * A frame that was in the destination when the video was planned has the id of its image, and its size if the server
 * reports it. A frame whose image is to be replaced has the id of the old image in `replaces`, and its size in `size`.
 */
export const chunkSchema = storedObject({
	schema: z.literal(1),
	id: z.string(),
	video: storedObject({ id: z.int(), name: z.string() }),
	/** Dataset of the destination that gets the images. */
	dataset: z.int(),
	settings: imageSettingsSchema,
	/** Image meta that all frames share. */
	provenance: z.record(z.string(), z.unknown()),
	frames: z.array(
		wantedFrameSchema.extend({
			name: z.string(),
			image: z.int().optional(),
			replaces: z.int().optional(),
			/** The rule that took the frame. */
			rule: z.string().optional(),
			/** Time since the first frame of the video. */
			seconds: z.number().optional(),
			/** Null for a frame that is in no split; absent in a sampling without splits. */
			split: z.enum(splitNames).nullable().optional(),
			size: storedObject({ width: z.int(), height: z.int() }).optional(),
		}),
	),
	/** Added to the times of the frames to get presentation times, in ticks. */
	timeOffset: z.int().optional(),
	/** Null when all frames are in the destination already and only their labels are updated. */
	decodePlan: decodePlanSchema.nullable(),
	/** Key of the copy of the file; null when the original is read. */
	copy: z.string().nullable(),
	/** The quality rules that decide which frames are kept; absent: all are. */
	quality: chunkQualitySchema.optional(),
	/** Null when no labels are copied. */
	labels: labelsSchema.nullable(),
});
export type Chunk = z.output<typeof chunkSchema>;
export type ChunkFrame = Chunk['frames'][number];

/** Where an attempt writes a chunk. */
export function chunkKey(at: Attempt, chunk: string): string {
	return at.attempt === 1 ? keys.chunk(at.sampling, chunk) : keys.retriedChunk(at, chunk);
}

/** A chunk as this attempt has written it, or else as the last attempt before that has; undefined if none has. */
export async function readChunk(
	store: Pick<StateStore, 'read'>,
	{ sampling, attempt }: Attempt,
	id: string,
): Promise<Chunk | undefined> {
	for (let last = attempt; last >= 1; last--) {
		const chunk = await readDocument(store, chunkKey({ sampling, attempt: last }, id), chunkSchema);
		if (chunk) return chunk;
	}
	return undefined;
}

/** The id of a chunk, derived from its content alone. */
export function chunkId(video: number, frames: number[], work: 'decode' | 'labels', settings: Settings): string {
	const [first = 0, last = 0] = [frames[0], frames.at(-1)];
	const hash = createHash('sha256')
		.update(JSON.stringify([settings, work, frames]))
		.digest('hex')
		.slice(0, 10);
	return `${video}-${first}-${last}-${hash}`;
}
