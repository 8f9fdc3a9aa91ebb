// A picture's IDAT: its filtered rows as a zlib stream (RFC 1950), part by part.
import { adler32 } from './adler';
import { align, heldBitCount, heldBits, place, put, resume } from './bits';
import { filterRow, paeth, unfiltered } from './filter';
import { clearTokens, forget, reach, remember, tokenize } from './matches';
import { mostTokens } from './memory-map';
import { choose, depth, photograph, plainMatches, zeroRuns } from './probe';
import { rowsAt } from './rows';
import { putStored, storedBytes } from './stored';
import { putTokenBlock } from './token-block';
import { putZeroRuns } from './zero-runs';

/** Filtered bytes that are written at a time. Two rows have to fit, so that rows can be made in pairs. */
const partBytes: usize = 1 << 20;

export function partRows(stride: usize): usize {
	return (partBytes / (stride + 1)) & ~1;
}

/** Bytes that `putPicture` needs to work in: what matches may reach back to, and a part. */
export const partWorkBytes: usize = reach + partBytes + 64;

/**
 * Largest number of bytes that `putPicture` writes. A part never stays larger than it is when stored: one with matches is measured
 * before it is written, one without is taken back. While it is written, though, such a part may have a code of 13 bits
 * for each byte, and heads; that much is needed once, behind what all parts before it can have come to.
 */
export function mostStreamBytes(stride: usize, height: usize): usize {
	const bytes = (stride + 1) * height;
	// A stored piece costs 5 bytes, and its block's beginning up to one more. A piece ends after 65535 bytes, or with its
	// block, which ends after at least 65535 bytes, or with its part.
	const pieces = 4 + 2 * (bytes / 65535) + 2 * (height / partRows(stride));
	return 6 + bytes + 6 * pieces + (partBytes / 8) * 13 + 4096;
}

/**
 * Writes the picture whose rows were opened.
 * @param step bytes of a pixel
 * @param work for `partWorkBytes`
 * @param to for `mostStreamBytes`
 * @returns how many bytes were written
 */
export function putPicture(stride: usize, height: usize, step: usize, work: usize, to: usize): usize {
	const part = work + reach;
	// A window of 32 KiB, no dictionary.
	store<u16>(to, 0x0178);
	resume(to + 2, 0, 0);
	let sum: u32 = 1;
	let history: usize = 0;
	for (let y: usize = 0; y < height; ) {
		const end = min(height, y + partRows(stride));
		const bytes = (end - y) * (stride + 1);
		const rows = rowsAt(y, end);
		const kind = choose(rows, !y, stride, end - y, step, part);
		filterRows(kind === plainMatches ? unfiltered : paeth, rows, !y, end - y, stride, step, part);
		sum = adler32(sum, part, bytes);
		const isLast: u32 = end === height ? 1 : 0;
		if (kind === photograph || kind === zeroRuns) putRuns(part, bytes, kind === photograph, isLast);
		else putMatches(part, bytes, history, stride + 1, isLast);
		history = min(reach, history + bytes);
		memory.copy(part - history, part + bytes - history, history);
		y = end;
	}
	align();
	put(bswap<u32>(sum), 32);
	return place() - to;
}

function filterRows(filter: u32, row: usize, isTop: bool, count: usize, stride: usize, step: usize, to: usize): void {
	for (let y: usize = 0; y < count; y++) {
		filterRow(filter, to, row, isTop && !y ? 0 : row - stride, stride, step);
		row += stride;
		to += stride + 1;
	}
}

function putRuns(from: usize, bytes: usize, sampled: bool, isLast: u32): void {
	const start = place();
	const bits = heldBits();
	const count = heldBitCount();
	putZeroRuns(from, bytes, sampled, isLast);
	if (place() - start > storedBytes(bytes)) {
		resume(start, bits, count);
		putStored(from, bytes, isLast);
	}
}

/** @param history bytes before these that matches may reach back to */
function putMatches(from: usize, bytes: usize, history: usize, row: usize, isLast: u32): void {
	forget(from - history, row, depth());
	remember(from - history, from);
	const end = from + bytes;
	while (from < end) {
		clearTokens();
		const after = tokenize(from, end, mostTokens);
		putTokenBlock(from, after - from, isLast && after === end ? 1 : 0);
		from = after;
	}
}
