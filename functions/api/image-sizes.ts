import { defaultChroma, defaultQuality, type ImageOptions } from '#shared/video/picture/image-format.ts';

/**
 * How large images are, and what they cost to encode: means over six clips, as `test/bench/format-sizes.ts` prints them.
 * They are a film of 640 x 272, animations of 720 x 528 and 720p, a surveillance camera of 768 x 576, and generated
 * textures under a grain as of film, in 720p and 1080p. Single clips differ from the mean by up to half of it.
 */
export const imageSizes = {
	measured: '2026-11-28',
	clips: 6,
	/** Bytes a pixel of pictures as large as those of their video. */
	png: 1.183,
	/** Of these by quality. */
	jpg: {
		444: { 1: 0.031, 25: 0.062, 50: 0.09, 75: 0.134, 85: 0.183, 90: 0.232, 95: 0.344, 100: 0.833 },
		420: { 1: 0.019, 25: 0.048, 50: 0.072, 75: 0.107, 85: 0.144, 90: 0.182, 95: 0.265, 100: 0.58 },
	},
	webp: { 1: 0.015, 25: 0.038, 50: 0.056, 75: 0.076, 85: 0.114, 90: 0.139, 95: 0.206, 100: 0.365 },
	/** JPEG with optimised coding beside plain: its bytes and its seconds. */
	optimised: { bytes: 0.97, seconds: 2.8 },
	/** By how much the bytes of a pixel grow when the sides are halved, measured down to a quarter. */
	growth: { png: 1.25, jpg: 1.35, webp: 1.45, halvings: 2 },
	/** Seconds of one processor a megapixel, at quality 95. */
	seconds: { png: 0.013, jpg: 0.005, webp: 0.031 },
} as const;

/**
 * Bytes that a pixel of an image takes, as a rule.
 * @param scale of the image's sides, beside those of the video's pictures
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

/** A value on the lines between the qualities that were measured. */
function between(measured: Record<number, number>, quality: number): number {
	const points = Object.entries(measured).map(([at, bytes]) => [Number(at), bytes] as const);
	const after = Math.max(
		1,
		points.findIndex(([at]) => at >= quality),
	);
	const [low, least] = points[after - 1] as (typeof points)[number];
	const [high, most] = points[after] as (typeof points)[number];
	return least + ((most - least) * (quality - low)) / (high - low);
}

/** Seconds of one processor that a megapixel of an image takes to encode, as a rule. */
export function encodeSecondsPerMegapixel({ format, optimiseCoding }: ImageOptions): number {
	const plain = imageSizes.seconds[format];
	return format === 'jpg' && optimiseCoding ? plain * imageSizes.optimised.seconds : plain;
}
