import { z } from 'zod';

const count = z.number().int().min(0);
const tick = z.number().int();
const base64 = z.base64();

/** One entry a picture in each column, in decode order; `runs`: where pictures follow that aren't next to those before. */
const columns = {
	runs: z.array(count),
	offset: z.array(count),
	size: z.array(count),
	pts: z.array(tick),
	key: z.array(z.boolean()),
};

/**
 * How a run of pictures is decoded: which bytes are fetched, and how they are fed to the decoder.
 * `mp4`: the samples are wrapped into a fragmented MP4 of their own. `matroska`: the file's header and a run of its
 * blocks are a file already. `whole`: the file from its start; `counted` where its times
 * don't tell one picture from another.
 */
export const recipeSchema = z.strictObject({
	timeBase: z.strictObject({ num: count.min(1), den: count.min(1) }),
	/** Size of the video's first picture, which all others are brought to; null where it isn't known. */
	size: z.strictObject({ width: count.min(1), height: count.min(1) }).nullable(),
	feed: z.discriminatedUnion('kind', [
		z.strictObject({
			kind: z.literal('mp4'),
			sampleDescription: base64,
			matrix: base64,
			width: count,
			height: count,
			...columns,
			dts: z.array(tick),
		}),
		z.strictObject({ kind: z.literal('matroska'), header: base64, ...columns, clusterTime: z.array(count) }),
		z.strictObject({ kind: z.literal('whole'), demuxer: z.string().regex(/^[a-z0-9]+$/), counted: z.boolean() }),
	]),
});
export type Recipe = z.output<typeof recipeSchema>;

/** A frame that is wanted: its index, and the presentation time that proves it, in ticks of the stream. */
export const wantedFrameSchema = z.strictObject({ index: count, pts: tick });
export type WantedFrame = z.output<typeof wantedFrameSchema>;
