import type { Size } from '../../../size.ts';
import type { PixelFormat } from '../../extract/picture.ts';

/** A job on a picture. */
export type PictureJob = Size & {
	/** Format of the input; gray has 1 byte per pixel. */
	pixels: PixelFormat | 'gray';
	/** Scales to exactly this size, like OpenCV's `INTER_LINEAR`. Not for gray. */
	resize?: Size;
	/** PNG file, RGB pixels, or the sums of which scores are made (both not for gray). */
	output: 'png' | 'rgb' | 'scores';
};

/** Most bytes of a row: two filtered rows must fit into a part of the stream (1 MiB). */
const mostRowBytes = 2 ** 19 - 1;
/** Largest number of pixels of input and output, so that both fit into 2 GiB. */
const mostPixels = 2 ** 28;

/** @throws RangeError for an invalid job */
export function checkJob({ pixels, width, height, resize, output }: PictureJob): void {
	checkSize({ width, height }, pixels);
	if (isPlanar(pixels) && (width % 2 === 1 || height % 2 === 1)) {
		throw new RangeError(`yuv420p pictures have even sides, not ${width} x ${height}`);
	}
	if (pixels === 'gray' && (resize || output !== 'png')) throw new RangeError('a gray picture can only become a PNG');
	if (output === 'scores' && resize) throw new RangeError('scores are those of the picture as it is');
	if (resize) checkSize(resize, pixels);
}

const checkSize = ({ width, height }: Size, pixels: PictureJob['pixels']): void => {
	if (!Number.isInteger(width) || !Number.isInteger(height) || width < 1 || height < 1) {
		throw new RangeError(`a picture can't be ${width} x ${height} pixels large`);
	}
	if (width * (pixels === 'gray' ? 1 : 3) > mostRowBytes || width * height > mostPixels) {
		throw new RangeError(`a picture of ${width} x ${height} pixels is too large`);
	}
};

/** Size of the input pixels in bytes. */
export function pixelBytes({ pixels, width, height }: PictureJob): number {
	return width * height * (pixels === 'gray' ? 1 : pixels === 'rgb24' ? 3 : 1.5);
}

const isPlanar = (pixels: PictureJob['pixels']): boolean => pixels !== 'gray' && pixels !== 'rgb24';
