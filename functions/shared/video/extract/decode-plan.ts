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

const bitstream = z.strictObject({ codec: z.string(), lengthBytes: count });
const stream = z.string().regex(/^[a-zA-Z]:[0-9]+$/);

/**
 * How a run of pictures is decoded: which bytes are fetched, and how they are fed to the decoder.
 * `samples`: the pictures' bytes are wrapped into a fragmented MP4 of their own; `timed` where their times are the file's. `matroska`: the file's header and a run of its
 * blocks are a file already. `whole`: the file from its start; `counted` where its times don't tell one picture from
 * another, `changes` bytes that are read as others, `restarts` where ffmpeg begins to count anew in the middle. `matrix` is empty where pictures are shown as
 * they are stored; `setup` goes in front of the first picture of each run.
 */
export const decodePlanSchema = z.strictObject({
	timeBase: z.strictObject({ num: count.min(1), den: count.min(1) }),
	/** Size of the video's first picture, which all others are brought to; null where it isn't known. */
	size: z.strictObject({ width: count.min(1), height: count.min(1) }).nullable(),
	/** Pictures are likely to be stored as planes of this size, which RGB can be made of here. */
	isPlanar: z.boolean().default(false),
	demuxInput: z.discriminatedUnion('kind', [
		z.strictObject({
			kind: z.literal('samples'),
			demuxer: z.string().regex(/^[a-z0-9]+$/),
			timed: z.boolean(),
			packets: z.strictObject({ distance: count.min(188), pid: count }).nullable(),
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
		z.strictObject({
			kind: z.literal('matroska'),
			header: base64,
			matrix: base64,
			track: count,
			bitstream,
			setup: base64,
			...columns,
			clusterTime: z.array(count),
		}),
		z.strictObject({
			kind: z.literal('whole'),
			demuxer: z.string().regex(/^[a-z0-9]+$/),
			stream,
			matrix: base64,
			end: count,
			changes: z.array(z.strictObject({ offset: count, bytes: base64 })),
			/** ffmpeg's name of the decoder. */
			decoder: z.string(),
			counted: z.boolean(),
			restarts: z.boolean(),
		}),
	]),
});
export type DecodePlan = z.output<typeof decodePlanSchema>;

/** A frame that is wanted: its index, and the time that proves it, in ticks of the stream. */
export const wantedFrameSchema = z.strictObject({ index: count, pts: tick });
export type WantedFrame = z.output<typeof wantedFrameSchema>;
