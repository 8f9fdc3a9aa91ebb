// Scales RGB rows as OpenCV's INTER_LINEAR does, bit for bit: columns are blended first, then rows, with weights of 11
// bits.
import { setWord } from './memory-map';

/** The weight of a whole pixel. */
const one: i32 = 2048;

let fromWidth: usize = 0;
let fromHeight: usize = 0;
let toWidth: usize = 0;
let toHeight: usize = 0;
/** For each column of the result: the byte where its left pixel begins, and (weight of the right one << 16 | of the left). */
let columns: usize = 0;
/** Two source rows with their columns blended, a sixteenth of their value as 16 bits, and which rows these are. */
let even: usize = 0;
let odd: usize = 0;
let evenRow: i32 = -1;
let oddRow: i32 = -1;

/** Bytes that `openResize` lays out. */
export function resizeBytes(width: usize): usize {
	return 8 * width + 2 * blendedBytes(width);
}

function blendedBytes(width: usize): usize {
	return 6 * width + 32;
}

export function openResize(width: usize, height: usize, widthOut: usize, heightOut: usize, work: usize): void {
	fromWidth = width;
	fromHeight = height;
	toWidth = widthOut;
	toHeight = heightOut;
	columns = work;
	even = columns + 8 * toWidth;
	odd = even + blendedBytes(toWidth);
	evenRow = -1;
	oddRow = -1;
	for (let x: usize = 0; x < toWidth; x++) {
		const place = placeOf(x, fromWidth, toWidth);
		const low = <i32>floor(place);
		// Beyond the middle of the first or last pixel OpenCV blends rows, but not columns.
		const isEdge = low < 0 || low >= <i32>fromWidth - 1;
		const weight = isEdge ? 0 : weightOf(place);
		setWord(columns, 2 * x, 3 * within(low, fromWidth));
		setWord(columns, 2 * x + 1, (weight << 16) | (one - weight));
	}
}

/** Where the middle of a pixel of the result lies, in pixels of the source. */
function placeOf(index: usize, from: usize, to: usize): f32 {
	return <f32>((<f64>index + 0.5) * (<f64>from / <f64>to) - 0.5);
}

/** The weight of the second of the two pixels around a place. */
function weightOf(place: f32): i32 {
	return <i32>nearest((place - floor(place)) * <f32>one);
}

function within(index: i32, count: usize): i32 {
	return min(max(index, 0), <i32>count - 1);
}

/** The source row above the middle of this row of the result. */
export function upperRow(y: usize): i32 {
	return within(<i32>floor(placeOf(y, fromHeight, toHeight)), fromHeight);
}

/** The one below it. */
export function lowerRow(y: usize): i32 {
	return within(<i32>floor(placeOf(y, fromHeight, toHeight)) + 1, fromHeight);
}

/** Whether a source row has been blended and is still kept. */
export function isKept(row: i32): bool {
	return evenRow === row || oddRow === row;
}

/** Blends the columns of a source row and keeps it, instead of another one than `spare`. */
export function keepRow(row: i32, from: usize, spare: i32): void {
	if (evenRow !== spare) {
		evenRow = row;
		blendColumns(from, even);
	} else {
		oddRow = row;
		blendColumns(from, odd);
	}
}

/** Reads up to five bytes behind the row's end, and doesn't use them. */
function blendColumns(from: usize, to: usize): void {
	let column = columns;
	const end = column + toWidth * 8;
	for (; column + 16 <= end; column += 16) {
		const both = i16x8.narrow_i32x4_s(blendPixel(from, column), blendPixel(from, column + 8));
		v128.store(to, i8x16.shuffle(both, both, 0, 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 13, 14, 15, 14, 15));
		to += 12;
	}
	if (column < end) v128.store(to, i16x8.narrow_i32x4_s(blendPixel(from, column), i32x4.splat(0)));
}

/** A sixteenth of the three channels, 32 bits each. */
function blendPixel(from: usize, column: usize): v128 {
	const two = v128.load64_zero(from + load<u32>(column));
	// As 16 bits: left and right of each channel; -1 takes a zero.
	const pairs = i8x16.swizzle(two, i8x16(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1));
	return i32x4.shr_s(i32x4.dot_i16x8_s(pairs, v128.load32_splat(column, 4)), 4);
}

/** Writes a row of the result from the two kept rows; overwrites up to 15 bytes behind it. */
export function blendRows(y: usize, to: usize): void {
	const above = upperRow(y) === evenRow ? even : odd;
	const below = lowerRow(y) === evenRow ? even : odd;
	const weight = weightOf(placeOf(y, fromHeight, toHeight));
	// Of two neighbours of 16 bits, multiplies the first; shifted by 16 bits, the second.
	const belowWeight = i32x4.splat(weight);
	const aboveWeight = i32x4.splat(one - weight);
	const width = toWidth * 3;
	for (let x: usize = 0; x < width; x += 16) {
		const first = blendEight(above + 2 * x, aboveWeight, below + 2 * x, belowWeight);
		const second = blendEight(above + 2 * x + 16, aboveWeight, below + 2 * x + 16, belowWeight);
		v128.store(to + x, i8x16.narrow_i16x8_u(first, second));
	}
}

/** As OpenCV's vector code rounds: each product is cut to its high 16 bits, then their sum is rounded. */
function blendEight(above: usize, aboveWeight: v128, below: usize, belowWeight: v128): v128 {
	const a = v128.load(above);
	const b = v128.load(below);
	const firsts = highSums(i32x4.dot_i16x8_s(a, aboveWeight), i32x4.dot_i16x8_s(b, belowWeight));
	const seconds = highSums(
		i32x4.dot_i16x8_s(a, i32x4.shl(aboveWeight, 16)),
		i32x4.dot_i16x8_s(b, i32x4.shl(belowWeight, 16)),
	);
	return v128.or(i32x4.shr_u(firsts, 18), v128.and(i32x4.shr_u(seconds, 2), i32x4.splat(0xffff0000)));
}

/** In the high half of each 32 bits the sum of two high halves, and 2; what the low halves carry is lost. */
function highSums(a: v128, b: v128): v128 {
	return i16x8.add(i16x8.add(a, b), i32x4.splat(0x20000));
}
