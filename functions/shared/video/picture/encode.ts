import { availableParallelism } from 'node:os';
import { PermanentError } from '../../errors.ts';
import { type Picture, recyclePixels } from '../extract/ppm.ts';
import { defaultChroma, defaultQuality, type ImageOptions, largestWebpSide } from './image-format.ts';
import { makePictureWorkers, type PictureWorkers } from './png/workers.ts';
import { sharp } from './sharp.ts';
import type { Size } from './target-size.ts';

/** Pictures that are worth having in work at one time: one for each core, and the next. */
export const picturesAtOnce = availableParallelism() + 1;

let workers: PictureWorkers | undefined;

/** The threads of this process for pictures: as many as it may use cores. They end with it. */
const pictureWorkers = (): PictureWorkers => {
	workers ??= makePictureWorkers({ count: availableParallelism(), places: picturesAtOnce });
	return workers;
};

/**
 * An image file of a picture, without metadata, scaled to this size. PNG is lossless; JPEG and WebP are made from the same
 * RGB pixels, so that all three agree in colour.
 * @param picture is given away: its pixels may not be looked at afterwards
 * @throws PermanentError for a picture that is too large for WebP
 */
export async function encodeImage(picture: Picture, options: ImageOptions, to: Size): Promise<Buffer> {
	const { format, optimiseCoding = false } = options;
	if (format === 'png') {
		const { width, height, data } = picture;
		const place = await pictureWorkers().place({ pixels: 'rgb24', width, height, resize: to, output: 'png' });
		place.pixels.set(data);
		recyclePixels(data);
		return place.run();
	}
	if (format === 'webp' && Math.max(to.width, to.height) > largestWebpSide) {
		const limit = `WebP has no more than ${largestWebpSide} pixels each way`;
		throw new PermanentError(
			'unsupported',
			`A picture has ${to.width} x ${to.height} pixels, ${limit}: choose png or jpg`,
		);
	}
	const quality = options.quality ?? defaultQuality;
	const { width, height, data } = await scalePicture(picture, to);
	const image = sharp(data, { raw: { width, height, channels: 3 } });
	if (format === 'webp') return image.webp({ quality, effort: 0 }).toBuffer();
	const chromaSubsampling = (options.chroma ?? defaultChroma) === 420 ? '4:2:0' : '4:4:4';
	return image.jpeg({ quality, chromaSubsampling, optimiseCoding }).toBuffer();
}

/**
 * Scales an RGB picture to exactly this size, bilinearly between the two nearest pixels each way, as OpenCV's
 * `INTER_LINEAR` does, which the SDK's sampler uses.
 */
export async function scalePicture(picture: Picture, to: Size): Promise<Picture> {
	const { width, height, data } = picture;
	if (width === to.width && height === to.height) return picture;
	const scaled = await pictureWorkers().run({ pixels: 'rgb24', width, height, resize: to, output: 'rgb' }, data);
	return { width: to.width, height: to.height, data: scaled };
}
