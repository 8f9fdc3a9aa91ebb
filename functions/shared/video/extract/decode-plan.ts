import * as z from 'zod';
import { storedObject } from '../../stored-object.ts';

const count = z.number().int().min(0);
const tick = z.number().int();
const base64 = z.base64();

/** One entry per picture in each column, in decode order. `runs`: positions of the first picture of each run. */
const columns = {
	runs: z.array(count),
	offset: z.array(count),
	size: z.array(count),
	pts: z.array(tick),
	key: z.array(z.boolean()),
};

const bitstream = storedObject({ codec: z.string(), lengthBytes: count });
const stream = z.string().regex(/^[a-zA-Z]:[0-9]+$/);

/**
 * How to decode runs of pictures: which bytes to fetch, and what ffmpeg gets as input.
 * `samples`: the samples are muxed into a fragmented MP4; `timed`: with the times of the file. `matroska`: the header of
 * the file followed by runs of its blocks. `whole`: the file from its start; `counted`: presentation times don't identify
 * pictures; `changes`: bytes to replace; `restarts`: ffmpeg's picture count restarts within the file. `matrix`: display
 * matrix, empty for none. `setup`: goes in front of the first picture of each run.
 */
export const decodePlanSchema = storedObject({
	timeBase: storedObject({ num: count.min(1), den: count.min(1) }),
	/** Size of the first picture, to which all others are scaled; null when unknown. */
	size: storedObject({ width: count.min(1), height: count.min(1) }).nullable(),
	/** Whether pictures are likely to be planes of this size that can be converted to RGB here. */
	isPlanar: z.boolean().default(false),
	demuxInput: z.discriminatedUnion('kind', [
		storedObject({
			kind: z.literal('samples'),
			demuxer: z.string().regex(/^[a-z0-9]+$/),
			timed: z.boolean(),
			packets: storedObject({ distance: count.min(188), pid: count }).nullable(),
			sampleDescription: base64,
			matrix: base64,
			width: count,
			height: count,
			stream,
			bitstream,
			setup: base64,
			...columns,
			dts: z.array(tick),
		}),
		storedObject({
			kind: z.literal('matroska'),
			header: base64,
			matrix: base64,
			track: count,
			bitstream,
			setup: base64,
			...columns,
			clusterTime: z.array(count),
		}),
		storedObject({
			kind: z.literal('whole'),
			demuxer: z.string().regex(/^[a-z0-9]+$/),
			stream,
			matrix: base64,
			end: count,
			changes: z.array(storedObject({ offset: count, bytes: base64 })),
			/** ffmpeg's name of the decoder. */
			decoder: z.string(),
			counted: z.boolean(),
			restarts: z.boolean(),
		}),
	]),
});
export type DecodePlan = z.output<typeof decodePlanSchema>;

/** A wanted frame: its index, and the presentation time that its picture must have, in ticks of the stream. */
export const wantedFrameSchema = storedObject({ index: count, pts: tick });
export type WantedFrame = z.output<typeof wantedFrameSchema>;

/** A wanted frame that could not be output, and why. */
export type FrameFault = { index: number; reason: 'missing' | 'corrupt'; message: string };
