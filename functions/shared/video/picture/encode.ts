import { availableParallelism } from 'node:os';
import { type Picture, recyclePixels } from '../extract/ppm.ts';
import { makePictureWorkers, type PictureWorkers } from './png/workers.ts';
import { sharp } from './sharp.ts';
import type { Size } from './target-size.ts';

export type ImageFormat = 'png' | 'jpg' | 'webp';

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
 */
export async function encodeImage(picture: Picture, format: ImageFormat, to: Size): Promise<Buffer> {
	if (format === 'png') {
		const { width, height, data } = picture;
		const place = await pictureWorkers().place({ pixels: 'rgb24', width, height, resize: to, output: 'png' });
		place.pixels.set(data);
		recyclePixels(data);
		return place.run();
	}
	const { width, height, data } = await scalePicture(picture, to);
	const image = sharp(data, { raw: { width, height, channels: 3 } });
	if (format === 'jpg') return image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
	return image.webp({ quality: 95, effort: 0 }).toBuffer();
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
