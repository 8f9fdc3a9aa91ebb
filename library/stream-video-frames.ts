import { FramefanError, PermanentError } from '#shared/errors.ts';
import { whereIs } from '#shared/supervisely/remote/open-video.ts';
import type { Frame } from '#shared/video/extract/run-decoder.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import { pictureConcurrency, toRgb } from '#shared/video/picture/encode.ts';
import { readFrames } from '#shared/video/read-frames.ts';
import { openInParts } from '#shared/video/source/open-in-parts.ts';
import { SuperviselyClient } from './client.ts';
import { inOrder } from './in-order.ts';

/** A decoded picture: `height` rows of `width` pixels of R, G and B, one byte each. */
export type VideoFrame = { index: number; width: number; height: number; data: Uint8Array };

/** A frame that failed, and why. */
export type VideoFrameFault = { index: number; reason: string; message: string };

/** Options of {@link streamVideoFrames}. */
export type StreamOptions = {
	/** First frame, from 0; negative values count as 0. */
	start?: number;
	/** Last frame, inclusive; at most and by default the last of the video, at least `start`. */
	end?: number;
	/** Called for each failed frame, and the others continue. Without it, the first fault is thrown as an error. */
	onFault?: (fault: VideoFrameFault) => void;
	/** Aborts decoding and download. */
	signal?: AbortSignal;
};

/** Frames decoded by one ffmpeg, as far as key frames allow. */
const framesPerChunk = 250;

/**
 * Decodes frames of a video on a Supervisely server, in order. Only the bytes of the range are fetched; leaving the
 * loop early stops decoder and download. Frame n is the n-th picture that a decoder outputs for the file, upright.
 * @throws RangeError when `start` is after the last frame of the video
 * @throws FramefanError when the video does not exist or can't be read, the server refuses, or it can't be reached;
 * without `onFault`, also when a frame can't be decoded
 * @example
 * ```ts
 * import { SuperviselyClient, streamVideoFrames } from 'framefan';
 *
 * const client = new SuperviselyClient('https://app.supervisely.com', process.env.SUPERVISELY_API_TOKEN ?? '');
 * for await (const { index, width, height, data } of streamVideoFrames(client, 5001, { start: 100, end: 199 }))
 * 	console.log(index, width, height, data.length); // height * width * 3 bytes
 * ```
 */
export async function* streamVideoFrames(
	client: SuperviselyClient,
	videoId: number,
	options: StreamOptions = {},
): AsyncGenerator<VideoFrame, void> {
	const converting: Promise<VideoFrame>[] = [];
	for await (const frame of streamPictures(client, videoId, options)) {
		const converted = toRgb(frame).then(picture => ({ index: frame.index, ...picture }));
		// Avoids unhandledRejection; the error is thrown when it is awaited.
		converted.catch(() => {});
		converting.push(converted);
		if (converting.length >= pictureConcurrency) yield (await converting.shift()) as VideoFrame;
	}
	for (const converted of converting) yield await converted;
}

/** The frames of `streamVideoFrames` in the format of the decoder. */
export async function* streamPictures(
	client: SuperviselyClient,
	videoId: number,
	options: StreamOptions,
): AsyncGenerator<Frame, void> {
	const api = SuperviselyClient.apiOf(client);
	const leaving = new AbortController();
	const signal = options.signal ? AbortSignal.any([options.signal, leaving.signal]) : leaving.signal;
	let close = async () => {};
	try {
		const video = await api.video(videoId);
		if (!video) throw new PermanentError('not-found', `There is no video ${videoId} on ${client.server}`);
		const source = await openInParts(whereIs(api, video), signal);
		close = source.close;
		const decoding = { ffmpegPath: installedFfmpeg(), signal };
		const index = await indexVideo(source, decoding);
		const selection = rangeOf(options, index.shown.length, videoId);
		const failed = new Set<number>();
		const onFaults = (faults: VideoFrameFault[]) => {
			for (const fault of faults.sort((a, b) => a.index - b.index)) {
				if (!options.onFault) throw new FramefanError(fault.message);
				failed.add(fault.index);
				options.onFault(fault);
			}
		};
		const frames = readFrames(source, index, selection, { ...decoding, framesPerChunk, onFaults });
		yield* inOrder(frames, selection, failed);
	} finally {
		leaving.abort();
		await close();
	}
}

const rangeOf = ({ start = 0, end }: StreamOptions, count: number, videoId: number): number[] => {
	const first = Math.max(0, start);
	if (first >= count)
		throw new RangeError(`start is ${start}: video ${videoId} has ${count} frames, so it must be below ${count}`);
	const last = Math.max(first, Math.min(end ?? count - 1, count - 1));
	return Array.from({ length: last - first + 1 }, (_, n) => first + n);
};
