import * as z from 'zod';
import type { ExpectedFrames } from '#shared/sampling/select/expected-frames.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import { type Size, targetSize } from '#shared/size.ts';
import { type ImageFormat, type ImageOptions, imageFormats } from '#shared/video/picture/image-format.ts';
import { bytesPerPixel, encodeSecondsPerMegapixel } from './image-sizes.ts';

/** Fields of a video in listings; sizes in bytes may be strings. */
const factsSchema = z.looseObject({
	fileMeta: z.looseObject({
		framesCount: z.int().min(0),
		width: z.int().min(1),
		height: z.int().min(1),
		size: z.coerce.number().min(0),
		duration: z.coerce.number().positive().nullish().catch(undefined),
		framesToTimecodes: z.array(z.number().min(0)).nullish().catch(undefined),
	}),
});

/** What the server reports of a video. `bytes`: of its file; `timecodes`: the time of each frame in seconds, if known. */
export type VideoFacts = Size & {
	frameCount: number;
	bytes: number;
	seconds: number | undefined;
	timecodes: number[];
};

/** Reads a video of a listing; undefined when the server reports too little about it. */
export function videoFacts(listed: unknown): VideoFacts | undefined {
	const facts = factsSchema.safeParse(listed);
	if (!facts.success) return undefined;
	const { framesCount: frameCount, width, height, size: bytes, duration, framesToTimecodes } = facts.data.fileMeta;
	return { frameCount, width, height, bytes, seconds: duration ?? undefined, timecodes: framesToTimecodes ?? [] };
}

/** Estimate for the images of a video in one format. */
type FormatEstimate = { bytesToWrite: number; encodeSeconds: number };

export type VideoEstimate = {
	/** The number of frames and how it is known, in total and for each rule. */
	expected: ExpectedFrames;
	chunks: number;
	bytesToRead: number;
	decodeSeconds: number;
	formats: Record<ImageFormat, FormatEstimate>;
};

/**
 * Rules of thumb for H.264 on two processors: decoding takes 4 ms of processor time per megapixel, shared by both;
 * starting a chunk takes two seconds.
 */
const processors = 2;
const decodeSecondsPerMegapixel = 0.004;
const secondsPerChunk = 2;

/** The options of each format: those of the settings, and the defaults for the other formats. */
export function optionsByFormat(settings: ImageOptions): Record<ImageFormat, ImageOptions> {
	const options = imageFormats.map(format => [format, format === settings.format ? settings : { format }] as const);
	return Object.fromEntries(options) as Record<ImageFormat, ImageOptions>;
}

/** Estimate for one video, of which some frames are expected. @param frameCount of the whole video */
export function estimateVideo(
	{ width, height, bytes }: VideoFacts,
	expected: ExpectedFrames,
	frameCount: number,
	{ settings, framesPerChunk }: { settings: Settings; framesPerChunk: number },
): VideoEstimate {
	const { frames, span } = expected;
	return {
		expected,
		...estimateFrames({ frames, span, width, height }, settings, framesPerChunk),
		bytesToRead: frameCount === 0 ? 0 : Math.round((bytes * span) / frameCount),
	};
}

/** Estimate for some frames of a video. `span`: from the first to the last of them, all of which are decoded. */
export function estimateFrames(
	{ frames, span, width, height }: { frames: number; span: number; width: number; height: number },
	settings: Settings,
	framesPerChunk: number,
): Omit<VideoEstimate, 'bytesToRead' | 'expected'> {
	const chunks = Math.ceil(frames / framesPerChunk);
	const to = targetSize(settings.resize, { width, height });
	const megapixels = { in: (width * height) / 1e6, out: (frames * to.width * to.height) / 1e6 };
	const scale = Math.sqrt((to.width * to.height) / (width * height));
	const inFormat = (options: ImageOptions): FormatEstimate => ({
		bytesToWrite: Math.round(megapixels.out * 1e6 * bytesPerPixel(options, scale)),
		encodeSeconds: (megapixels.out * encodeSecondsPerMegapixel(options)) / processors,
	});
	const options = optionsByFormat(settings);
	return {
		chunks,
		decodeSeconds: (span * megapixels.in * decodeSecondsPerMegapixel) / processors + chunks * secondsPerChunk,
		formats: { png: inFormat(options.png), jpg: inFormat(options.jpg), webp: inFormat(options.webp) },
	};
}
