import { availableParallelism } from 'node:os';
import { PermanentError } from '../../errors.ts';
import type { Size } from '../../size.ts';
import { type Picture, recyclePixels, type VideoPicture } from '../extract/picture.ts';
import { defaultChroma, defaultQuality, type ImageOptions, largestWebpSide } from './image-format.ts';
import { makePictureWorkers, type PictureWorkers } from './png/workers.ts';
import { type Scores, scoresOf } from './scores.ts';
import { sharp } from './sharp.ts';

/** Pictures to process in parallel: one per core, and the next one. */
export const pictureConcurrency = availableParallelism() + 1;

let workers: PictureWorkers | undefined;

/** The picture threads of this process: one per core. They end with the process. */
const pictureWorkers = (): PictureWorkers => {
	workers ??= makePictureWorkers({ count: availableParallelism(), places: pictureConcurrency });
	return workers;
};

/** Takes back an image's memory, which must not be read afterwards. */
export function recycleImage(image: Buffer): void {
	workers?.recycle(image);
}

/**
 * Encodes a picture, scaled to this size, without metadata. PNG is lossless; JPEG and WebP are made from the same RGB
 * pixels, so that all three have the same colours.
 * @param picture must not be used afterwards: its pixels are recycled
 * @throws PermanentError for a picture that is too large for WebP
 */
export async function encodeImage(picture: VideoPicture, options: ImageOptions, to: Size): Promise<Buffer> {
	const { format, optimiseCoding = false } = options;
	if (format === 'png') return work(picture, to, 'png');
	if (format === 'webp' && Math.max(to.width, to.height) > largestWebpSide) {
		const limit = `WebP allows at most ${largestWebpSide} pixels per side`;
		throw new PermanentError(
			'unsupported',
			`A picture has ${to.width} x ${to.height} pixels, and ${limit}: choose png or jpg`,
		);
	}
	const quality = options.quality ?? defaultQuality;
	const { width, height, data } = await toRgb(picture, to);
	const image = sharp(data, { raw: { width, height, channels: 3 } });
	if (format === 'webp') return image.webp({ quality, effort: 0 }).toBuffer();
	const chromaSubsampling = (options.chroma ?? defaultChroma) === 420 ? '4:2:0' : '4:4:4';
	return image.jpeg({ quality, chromaSubsampling, optimiseCoding }).toBuffer();
}

/**
 * RGB of a picture, scaled to exactly this size by bilinear interpolation as in OpenCV's `INTER_LINEAR`, which the SDK's
 * sampler uses.
 * @param picture must not be used afterwards: its pixels are recycled
 */
export async function toRgb(picture: VideoPicture, { width, height }: Size = picture): Promise<Picture> {
	const isDone = picture.pixels === 'rgb24' && width === picture.width && height === picture.height;
	return { width, height, data: isDone ? picture.bytes : await work(picture, { width, height }, 'rgb') };
}

/** The scores of a picture. Its pixels may be used afterwards. */
export async function scorePicture({ pixels, width, height, bytes }: VideoPicture): Promise<Scores> {
	const place = await pictureWorkers().place({ pixels, width, height, output: 'scores' });
	place.pixels.set(bytes);
	return scoresOf(await place.run(), { width, height });
}

async function work(picture: VideoPicture, resize: Size, output: 'png' | 'rgb'): Promise<Buffer> {
	const { pixels, width, height, bytes } = picture;
	const place = await pictureWorkers().place({ pixels, width, height, resize, output });
	place.pixels.set(bytes);
	recyclePixels(bytes);
	return place.run();
}
