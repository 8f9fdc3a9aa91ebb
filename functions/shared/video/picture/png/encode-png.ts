import type { Picture, VideoPicture } from '../../extract/picture.ts';
import type { Size } from '../target-size.ts';
import { type Codec, copyOut, makeMemory, openCodec } from './codec.ts';
import { type PictureJob, pixelBytes } from './job.ts';
import { pictureModule } from './picture-module.ts';

let codec: Codec | undefined;

/** @param data RGB, gray or planes, as the job says */
const run = (job: PictureJob, data: Uint8Array): Buffer => {
	codec ??= openCodec(pictureModule(), makeMemory());
	const place = codec.pixelsFor(job);
	if (data.length !== pixelBytes(job)) {
		throw new RangeError(`${job.width} x ${job.height} pixels aren't ${data.length} bytes`);
	}
	place.set(data);
	return copyOut(codec.run(job));
};

/**
 * A PNG file of a picture, in this thread. Lossless, without metadata.
 * @throws RangeError when the picture has no such size, or is larger than 2^28 pixels or 174762 in width
 */
export const encodePng = ({ width, height, data }: Picture): Buffer =>
	run({ pixels: 'rgb24', width, height, output: 'png' }, data);

/** The same of a picture of one byte a pixel. */
export const encodeGrayPng = ({ width, height, data }: Picture): Buffer =>
	run({ pixels: 'gray', width, height, output: 'png' }, data);

/** A picture scaled to exactly this size, as OpenCV's `INTER_LINEAR` does it, bit for bit. */
export const resizeRgb = ({ width, height, data }: Picture, to: Size): Picture => ({
	width: to.width,
	height: to.height,
	data: run({ pixels: 'rgb24', width, height, resize: to, output: 'rgb' }, data),
});

/** RGB of a video's picture, bit for bit as ffmpeg makes rgb24 of it, in this thread. */
export const yuv420ToRgb = ({ width, height, pixels, bytes }: VideoPicture): Picture => ({
	width,
	height,
	data: run({ pixels, width, height, output: 'rgb' }, bytes),
});
