// The rows of the result, in ascending order: as they came in, or converted and scaled when they are asked for.
import { pixelsAt } from './memory-map';
import { blendRows, isKept, keepRow, lowerRow, openResize, resizeBytes, upperRow } from './resize';
import { splitRow } from './split-row';
import { convertRows, useMatrix } from './yuv';

/** How pixels come in, by channels: 1 gray, 3 RGB; 0 and 2 are yuv420p, BT.601 and BT.709, of which RGB is made. */
function isPlanar(format: usize): bool {
	return !(format & 1);
}
const bt709: usize = 2;

let format: usize = 0;
let width: usize = 0;
let height: usize = 0;
let isResized: bool = false;
let stride: usize = 0;

/** Rows that were made last, behind the one before them. */
let band: usize = 0;
let bandRows: usize = 0;
/** Two converted rows of a picture that is scaled as well. */
let converted: usize = 0;
let convertedRow: i32 = -1;

/** Bytes that come in. */
export function pixelBytes(format: usize, width: usize, height: usize): usize {
	return isPlanar(format) ? width * height + ((width * height) >> 1) : width * height * format;
}

export function channels(format: usize): usize {
	return isPlanar(format) ? 3 : format;
}

/** Bytes that `openRows` lays out for bands of so many rows. */
export function rowBytes(
	format: usize,
	width: usize,
	height: usize,
	toWidth: usize,
	toHeight: usize,
	most: usize,
): usize {
	const resized = width !== toWidth || height !== toHeight;
	if (!isPlanar(format) && !resized) return 0;
	return (most + 1) * 3 * toWidth + 64 + (resized ? resizeBytes(toWidth) + 6 * width + 64 : 0);
}

/** @param work for what `rowBytes` says */
export function openRows(
	formatIn: usize,
	widthIn: usize,
	heightIn: usize,
	toWidth: usize,
	toHeight: usize,
	most: usize,
	work: usize,
): void {
	format = formatIn;
	width = widthIn;
	height = heightIn;
	useMatrix(format === bt709);
	isResized = width !== toWidth || height !== toHeight;
	stride = toWidth * channels(format);
	band = work;
	bandRows = 0;
	converted = band + (most + 1) * stride + 64;
	convertedRow = -1;
	if (isResized) openResize(width, height, toWidth, toHeight, converted + 6 * width + 64);
}

/** Where these rows stand; the row above them lies right before, unless they begin the picture. */
export function rowsAt(y: usize, end: usize): usize {
	if (!isPlanar(format) && !isResized) return pixelsAt + y * stride;
	memory.copy(band, band + bandRows * stride, stride);
	bandRows = end - y;
	writeRows(y, end, band + stride);
	return band + stride;
}

/**
 * R, G and B of a row of the picture as it came in: each `plane` bytes behind the one before, at the address that is
 * returned. Rows are asked for in order, since yuv420p has them in pairs. A vector behind each may be overwritten.
 * @param to for two rows
 */
export function planesOf(row: i32, to: usize, plane: usize): usize {
	if (!isPlanar(format)) {
		splitRow(pixelsAt + <usize>row * 3 * width, width, to, plane);
		return to;
	}
	const below = to + 3 * plane;
	if (row & 1) return below;
	convertPair(row, to, below, plane);
	return to;
}

/** Writes rows of the result; without scaling an even number of them, of yuv420p. Overwrites up to 15 bytes behind. */
export function writeRows(y: usize, end: usize, to: usize): void {
	if (!isResized) {
		for (; y < end; y += 2) {
			convertPair(y, to, to + stride, 0);
			to += 2 * stride;
		}
		return;
	}
	for (; y < end; y++) {
		const upper = upperRow(y);
		const lower = lowerRow(y);
		if (!isKept(upper)) keepRow(upper, sourceRow(upper), lower);
		if (!isKept(lower)) keepRow(lower, sourceRow(lower), upper);
		blendRows(y, to);
		to += stride;
	}
}

function sourceRow(row: i32): usize {
	const rowStride = 3 * width;
	if (!isPlanar(format)) return pixelsAt + <usize>row * rowStride;
	const first = row & ~1;
	if (convertedRow !== first) {
		convertedRow = first;
		convertPair(first, converted, converted + rowStride, 0);
	}
	return converted + <usize>(row & 1) * rowStride;
}

function convertPair(row: usize, to: usize, below: usize, plane: usize): void {
	const u = pixelsAt + width * height + (row >> 1) * (width >> 1);
	convertRows(pixelsAt + row * width, u, u + ((width * height) >> 2), width, to, below, plane);
}
