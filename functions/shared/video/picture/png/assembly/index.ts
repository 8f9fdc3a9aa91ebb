import { pixelsAt } from './memory-map';
import { mostStreamBytes, partRows, partWorkBytes, putPicture } from './picture-stream';
import { channels, openRows, pixelBytes, rowBytes, writeRows } from './rows';
import { putScores, scoresWorkBytes } from './scores';

export { pixelsAt };

let format: usize = 0;
let width: usize = 0;
let height: usize = 0;
let toWidth: usize = 0;
let toHeight: usize = 0;

/** Describes the next picture. @param formatIn 0 yuv420p of BT.601, 1 gray, 2 yuv420p of BT.709, 3 RGB */
export function describe(formatIn: usize, widthIn: usize, heightIn: usize, widthOut: usize, heightOut: usize): void {
	format = formatIn;
	width = widthIn;
	height = heightIn;
	toWidth = widthOut;
	toHeight = heightOut;
}

function stride(): usize {
	return toWidth * channels(format);
}

function workAt(): usize {
	return (pixelsAt + pixelBytes(format, width, height) + 127) & ~63;
}

/** Where the result lies: a zlib stream of the PNG's rows, or pixels. */
export function resultAt(): usize {
	const most = partRows(stride());
	const rows = rowBytes(format, width, height, toWidth, toHeight, most);
	// The beginning of a PNG file fits before it.
	return (workAt() + partWorkBytes + rows + 255) & ~63;
}

/** Largest size of the result in bytes, including what may temporarily be written behind it. */
export function mostResultBytes(): usize {
	return max(mostStreamBytes(stride(), toHeight), max(stride() * toHeight, scoresWorkBytes(<i32>toWidth))) + 64;
}

/** Makes the zlib stream, and returns its bytes. */
export function makeStream(): usize {
	open();
	return putPicture(stride(), toHeight, channels(format), workAt(), resultAt());
}

/** Makes pixels: RGB of yuv420p, or scaled ones. */
export function makePixels(): void {
	open();
	writeRows(0, toHeight, resultAt());
}

/** Writes the sums that scores are made of into the work area, and returns where. */
export function makeScores(): usize {
	open();
	putScores(<i32>width, <i32>height, resultAt(), workAt());
	return workAt();
}

function open(): void {
	openRows(format, width, height, toWidth, toHeight, partRows(stride()), workAt() + partWorkBytes);
}
