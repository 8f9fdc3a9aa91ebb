import { at } from '#shared/at.ts';
import { defaultChroma, defaultQuality, type ImageOptions } from '#shared/video/picture/image-format.ts';

/**
 * Image sizes and encoding times: means over six clips, as printed by `test/bench/format-sizes.ts`.
 * The clips are a film of 640 x 272, animations of 720 x 528 and 720p, a surveillance camera of 768 x 576, and generated
 * textures with film grain, in 720p and 1080p. Single clips differ from the mean by up to 50 %.
 */
export const imageSizes = {
	measured: '2026-11-28',
	clips: 6,
	/** Bytes per pixel at the size of the video. */
	png: 1.183,
	/** The same by quality, for JPEG by chroma subsampling and quality. */
	jpg: {
		444: { 1: 0.031, 25: 0.062, 50: 0.09, 75: 0.134, 85: 0.183, 90: 0.232, 95: 0.344, 100: 0.833 },
		420: { 1: 0.019, 25: 0.048, 50: 0.072, 75: 0.107, 85: 0.144, 90: 0.182, 95: 0.265, 100: 0.58 },
	},
	webp: { 1: 0.015, 25: 0.038, 50: 0.056, 75: 0.076, 85: 0.114, 90: 0.139, 95: 0.206, 100: 0.365 },
	/** JPEG with optimised coding, relative to plain JPEG. */
	optimised: { bytes: 0.97, seconds: 2.8 },
	/** Factor on the bytes per pixel each time the sides are halved, measured down to a quarter. */
	growth: { png: 1.25, jpg: 1.35, webp: 1.45, halvings: 2 },
	/** Processor seconds per megapixel at quality 95. */
	seconds: { png: 0.013, jpg: 0.005, webp: 0.031 },
} as const;

/**
 * Typical bytes per pixel of an image.
 * @param scale image side divided by video side
 */
export function bytesPerPixel(options: ImageOptions, scale: number): number {
	const { growth } = imageSizes;
	const halvings = Math.min(growth.halvings, Math.max(0, -Math.log2(scale)));
	return bytesUnscaled(options) * growth[options.format] ** halvings;
}

function bytesUnscaled({ format, quality, chroma, optimiseCoding }: ImageOptions): number {
	if (format === 'png') return imageSizes.png;
	if (format === 'webp') return between(imageSizes.webp, quality ?? defaultQuality);
	const plain = between(imageSizes.jpg[chroma ?? defaultChroma], quality ?? defaultQuality);
	return optimiseCoding ? plain * imageSizes.optimised.bytes : plain;
}

/** Linear interpolation between the measured qualities. */
function between(measured: Record<number, number>, quality: number): number {
	const points = Object.entries(measured).map(([key, bytes]) => [Number(key), bytes] as const);
	const after = Math.max(
		1,
		points.findIndex(([each]) => each >= quality),
	);
	const [low, least] = at(points, after - 1);
	const [high, most] = at(points, after);
	return least + ((most - least) * (quality - low)) / (high - low);
}

/** Typical processor seconds to encode a megapixel. */
export function encodeSecondsPerMegapixel({ format, optimiseCoding }: ImageOptions): number {
	const plain = imageSizes.seconds[format];
	return format === 'jpg' && optimiseCoding ? plain * imageSizes.optimised.seconds : plain;
}
