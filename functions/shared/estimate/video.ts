import * as z from 'zod';
import { type ExpectedFrames, expectedFrames } from '#shared/sampling/select/expected-frames.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import { targetSize } from '#shared/size.ts';
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
	}),
});

/** Estimate for the images of a video in one format. */
type FormatEstimate = { bytesToWrite: number; encodeSeconds: number };

export type VideoEstimate = {
	frames: number;
	/** Whether labels or pictures decide, so that it may be fewer frames. */
	isBound: boolean;
	/** The frames that each rule takes. */
	rules: ExpectedFrames['rules'];
	chunks: number;
	bytesToRead: number;
	decodeSeconds: number;
	formats: Record<ImageFormat, FormatEstimate>;
};

/**
 * Rules of thumb for H.264 on two processors: decoding takes 4 ms per megapixel, half of it in parallel; starting a
 * chunk takes two seconds.
 */
const processors = 2;
const decodeSecondsPerMegapixel = 0.004;
const secondsPerChunk = 2;

/** The options of each format: those of the settings, and the defaults for the other formats. */
export function optionsByFormat(settings: ImageOptions): Record<ImageFormat, ImageOptions> {
	const options = imageFormats.map(format => [format, format === settings.format ? settings : { format }] as const);
	return Object.fromEntries(options) as Record<ImageFormat, ImageOptions>;
}

/** Estimate for one video; undefined when the server reports too little about it. */
export function estimateVideo(video: unknown, settings: Settings, framesPerChunk: number): VideoEstimate | undefined {
	const facts = factsSchema.safeParse(video);
	if (!facts.success) return undefined;
	const { framesCount, width, height, size, duration } = facts.data.fileMeta;
	const listed = { frameCount: framesCount, seconds: duration ?? undefined };
	const { frames, isBound, rules, span } = expectedFrames(settings, listed);
	return {
		...estimateFrames({ frames, span, width, height }, settings, framesPerChunk),
		...{ isBound, rules },
		bytesToRead: framesCount === 0 ? 0 : Math.round((size * span) / framesCount),
	};
}

/** Estimate for some frames of a video. `span`: from the first to the last of them, all of which are decoded. */
export function estimateFrames(
	{ frames, span, width, height }: { frames: number; span: number; width: number; height: number },
	settings: Settings,
	framesPerChunk: number,
): Omit<VideoEstimate, 'bytesToRead' | 'isBound' | 'rules'> {
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
		frames,
		chunks,
		decodeSeconds: (span * megapixels.in * decodeSecondsPerMegapixel) / processors + chunks * secondsPerChunk,
		formats: { png: inFormat(options.png), jpg: inFormat(options.jpg), webp: inFormat(options.webp) },
	};
}
