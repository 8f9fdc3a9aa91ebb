import { z } from 'zod';
import type { Settings } from '#shared/sampling/settings.ts';
import { targetSize } from '#shared/video/picture/target-size.ts';

/** What listings tell of a video; sizes in bytes may be text. */
const factsSchema = z.looseObject({
	fileMeta: z.looseObject({
		framesCount: z.int().min(0),
		width: z.int().min(1),
		height: z.int().min(1),
		size: z.coerce.number().min(0),
	}),
});

export type VideoEstimate = {
	frames: number;
	chunks: number;
	bytesToRead: number;
	bytesToWrite: number;
	decodeSeconds: number;
};

/**
 * Rules of thumb, of H.264 on two processors: a picture costs 4 ms a megapixel to decode and 34 ms to encode as PNG,
 * of which half goes on at the same time; a PNG has half the bytes of its pixels; a chunk takes two seconds to begin.
 */
const decodeSecondsPerMegapixel = 0.004 / 2;
const encodeSecondsPerMegapixel = 0.034 / 2;
const secondsPerChunk = 2;
const pngShare = 0.5;

/** What one video takes; undefined when the server does not tell enough of it. */
export const estimateVideo = (
	video: unknown,
	settings: Settings,
	framesPerChunk: number,
): VideoEstimate | undefined => {
	const facts = factsSchema.safeParse(video);
	if (!facts.success) return undefined;
	const { framesCount, width, height, size } = facts.data.fileMeta;
	const end = Math.min(settings.end ?? framesCount, framesCount);
	const span = Math.max(0, end - settings.start);
	const frames = Math.ceil(span / settings.step);
	const chunks = Math.ceil(frames / framesPerChunk);
	const to = targetSize(settings.resize, { width, height });
	const megapixels = { in: (width * height) / 1e6, out: (to.width * to.height) / 1e6 };
	return {
		frames,
		chunks,
		bytesToRead: framesCount === 0 ? 0 : Math.round((size * span) / framesCount),
		bytesToWrite: Math.round(frames * megapixels.out * 1e6 * 3 * pngShare),
		decodeSeconds:
			span * megapixels.in * decodeSecondsPerMegapixel +
			frames * megapixels.out * encodeSecondsPerMegapixel +
			chunks * secondsPerChunk,
	};
};
