import type { Size } from '../../../size.ts';
import type { Picture, VideoPicture } from '../../extract/picture.ts';

import { type Codec, copyOut, makeMemory, openCodec } from './codec.ts';
import { type PictureJob, pixelBytes } from './job.ts';
import { pictureModule } from './workers.ts';

let codec: Codec | undefined;

/** @param data RGB, gray or planes, in the format of the job */
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
 * Encodes a picture as PNG in this thread, without metadata.
 * @throws RangeError when the data don't have this size, or for more than 2^28 pixels or a width above 174762
 */
export function encodePng({ width, height, data }: Picture): Buffer {
	return run({ pixels: 'rgb24', width, height, output: 'png' }, data);
}

/** The same for a gray picture of one byte per pixel. */
export function encodeGrayPng({ width, height, data }: Picture): Buffer {
	return run({ pixels: 'gray', width, height, output: 'png' }, data);
}

/** Scales a picture to exactly this size, with the same result as OpenCV's `INTER_LINEAR`. */
export function resizeRgb({ width, height, data }: Picture, to: Size): Picture {
	return {
		width: to.width,
		height: to.height,
		data: run({ pixels: 'rgb24', width, height, resize: to, output: 'rgb' }, data),
	};
}

/** Converts a picture to RGB in this thread, with the same result as ffmpeg's rgb24. */
export function yuv420ToRgb({ width, height, pixels, bytes }: VideoPicture): Picture {
	return {
		width,
		height,
		data: run({ pixels, width, height, output: 'rgb' }, bytes),
	};
}
