import { z } from 'zod';

const count = z.number().int().min(0);
const base64 = z.base64();

/**
 * How a run of pictures is decoded: which bytes are fetched, and how they are fed to the decoder.
 * `mp4`: the samples are wrapped into a fragmented MP4 of their own. `matroska`: the file's header and whole runs of
 * its clusters are a file already. `whole`: the file from its start, pictures counted as they come.
 */
export const recipeSchema = z.strictObject({
	timeBase: z.strictObject({ num: count.min(1), den: count.min(1) }),
	feed: z.discriminatedUnion('kind', [
		z.strictObject({
			kind: z.literal('mp4'),
			sampleDescription: base64,
			matrix: base64,
			width: count,
			height: count,
			/** One entry a sample in each column, in decode order. */
			offset: z.array(count),
			size: z.array(count),
			dts: z.array(z.number().int()),
			pts: z.array(z.number().int()),
			key: z.array(z.boolean()),
		}),
		z.strictObject({
			kind: z.literal('matroska'),
			header: base64,
			ranges: z.array(z.strictObject({ offset: count, length: count })),
		}),
		z.strictObject({ kind: z.literal('whole'), demuxer: z.string().regex(/^[a-z0-9]+$/) }),
	]),
});
export type Recipe = z.output<typeof recipeSchema>;

/** A frame that is wanted: its index, and the presentation time that proves it, in ticks of the stream. */
export const wantedFrameSchema = z.strictObject({ index: count, pts: z.number().int() });
export type WantedFrame = z.output<typeof wantedFrameSchema>;
