// What `scores.ts` makes its scores of: sums over the gray picture and its Laplacian, and over a grid of 32 x 32 cells.
// Gray is OpenCV's: (9798 R + 19235 G + 3735 B + 16384) >> 15 (imgproc/src/color_rgb.simd.hpp). The Laplacian is OpenCV's
// with an aperture of 1: [0 1 0, 1 -4 1, 0 1 0], and at the borders the picture is mirrored without its outermost pixels.
// All sums are of whole numbers, so they are exact.

import { planesOf } from './rows';

const cells: i32 = 32;
/** Pixels whose squares fit into 32 bits when eight of them are added up at a time. */
const blockPixels: i32 = 4096;

/** Bytes of the result: three sums of 8 bytes, and four of 4 bytes for each cell. */
export const scoresBytes: usize = 24 + 1024 * 16;

/** Rows that may be added up in columns of 16 bits. */
const mostRows: i32 = 256;

/** Bytes of a row of one byte per pixel, with space beside it for the vectors that reach over its ends. */
function rowBytes(width: i32): usize {
	return ((<usize>width + 47) & ~15) + 16;
}

/** Bytes of work that `putScores` needs. */
export function scoresWorkBytes(width: i32): usize {
	return 15 * rowBytes(width) + 64;
}

/**
 * Writes the sums of the picture whose rows were opened.
 * @param work for `scoresWorkBytes`
 * @param to for `scoresBytes`: the sum of gray, of the Laplacian, and of its squares; then for each cell, row by row, the
 * sums of R, G and B and the number of pixels
 */
export function putScores(width: i32, height: i32, work: usize, to: usize): void {
	const row = rowBytes(width);
	const grays = ((work + 15) & ~15) + 16;
	// Sums of each column for R, G and B.
	const columns = grays + 3 * row;
	// R, G and B of two rows.
	const planes = columns + 6 * row;
	memory.fill(to, 0, scoresBytes);
	memory.fill(columns, 0, 6 * row);
	let rows = 0;
	for (let y = 0; y < height; y++) {
		const gray = grays + <usize>(y % 3) * row;
		addRow(planesOf(y, planes, row), row, width, columns, gray);
		store<i64>(to, load<i64>(to) + sumOf(gray, width));
		rows++;
		if (rows === mostRows || isLastOfCell(y, height)) {
			addToCells(y, rows, width, height, columns, 2 * row, to + 24);
			memory.fill(columns, 0, 6 * row);
			rows = 0;
		}
		if (y > 0) addLaplacian(y - 1, width, height, grays, row, to);
	}
	addLaplacian(height - 1, width, height, grays, row, to);
}

/** Adds a row to the sums of the columns, and makes it gray. */
function addRow(planes: usize, plane: usize, width: i32, columns: usize, gray: usize): void {
	for (let x: usize = 0; x < <usize>width; x += 16) {
		const red = v128.load(planes + x);
		const green = v128.load(planes + plane + x);
		const blue = v128.load(planes + 2 * plane + x);
		const redLow = i16x8.extend_low_i8x16_u(red);
		const greenLow = i16x8.extend_low_i8x16_u(green);
		const blueLow = i16x8.extend_low_i8x16_u(blue);
		const redHigh = i16x8.extend_high_i8x16_u(red);
		const greenHigh = i16x8.extend_high_i8x16_u(green);
		const blueHigh = i16x8.extend_high_i8x16_u(blue);
		const to = columns + 2 * x;
		add(to, redLow, redHigh);
		add(to + 2 * plane, greenLow, greenHigh);
		add(to + 4 * plane, blueLow, blueHigh);
		v128.store(gray + x, i8x16.narrow_i16x8_u(weigh(redLow, greenLow, blueLow), weigh(redHigh, greenHigh, blueHigh)));
	}
}

function add(to: usize, low: v128, high: v128): void {
	v128.store(to, i16x8.add(v128.load(to), low));
	v128.store(to, i16x8.add(v128.load(to, 16), high), 16);
}

function weigh(red: v128, green: v128, blue: v128): v128 {
	const redAndGreen = i16x8(9798, 19235, 9798, 19235, 9798, 19235, 9798, 19235);
	const blueAndHalf = i16x8(3735, 16384, 3735, 16384, 3735, 16384, 3735, 16384);
	const one = i16x8.splat(1);
	const low = i32x4.add(
		i32x4.dot_i16x8_s(i16x8.shuffle(red, green, 0, 8, 1, 9, 2, 10, 3, 11), redAndGreen),
		i32x4.dot_i16x8_s(i16x8.shuffle(blue, one, 0, 8, 1, 9, 2, 10, 3, 11), blueAndHalf),
	);
	const high = i32x4.add(
		i32x4.dot_i16x8_s(i16x8.shuffle(red, green, 4, 12, 5, 13, 6, 14, 7, 15), redAndGreen),
		i32x4.dot_i16x8_s(i16x8.shuffle(blue, one, 4, 12, 5, 13, 6, 14, 7, 15), blueAndHalf),
	);
	return i16x8.narrow_i32x4_u(i32x4.shr_u(low, 15), i32x4.shr_u(high, 15));
}

/** The sum of some bytes. */
function sumOf(at: usize, count: i32): i64 {
	let sums = i32x4.splat(0);
	let x = 0;
	for (; x + 16 <= count; x += 16)
		sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(v128.load(at + <usize>x))));
	let sum = lanesOf(sums);
	for (; x < count; x++) sum += load<u8>(at + <usize>x);
	return sum;
}

function lanesOf(sums: v128): i64 {
	return (
		<i64>i32x4.extract_lane(sums, 0) +
		<i64>i32x4.extract_lane(sums, 1) +
		<i64>i32x4.extract_lane(sums, 2) +
		<i64>i32x4.extract_lane(sums, 3)
	);
}

/** Where the rows or columns of a cell begin, of so many. */
function cellStart(cell: i32, count: i32): i32 {
	return <i32>((<i64>cell * count) / cells);
}

/** Where they end. A picture of fewer than 32 rows or columns has some of them in several cells. */
function cellEnd(cell: i32, count: i32): i32 {
	return max(cellStart(cell, count) + 1, cellStart(cell + 1, count));
}

function isLastOfCell(y: i32, height: i32): bool {
	for (let cell = 0; cell < cells; cell++) if (cellEnd(cell, height) === y + 1) return true;
	return false;
}

/** Adds the columns of the last rows, up to `y`, to the cells that they are in. */
function addToCells(y: i32, rows: i32, width: i32, height: i32, columns: usize, plane: usize, to: usize): void {
	for (let cell = 0; cell < cells; cell++) {
		if (y < cellStart(cell, height) || y >= cellEnd(cell, height)) continue;
		for (let column = 0; column < cells; column++) {
			const from = cellStart(column, width);
			const end = cellEnd(column, width);
			const at = to + <usize>(cell * cells + column) * 16;
			for (let colour: usize = 0; colour < 3; colour++) {
				let sum: u32 = 0;
				for (let x = from; x < end; x++) sum += load<u16>(columns + colour * plane + 2 * <usize>x);
				store<u32>(at + 4 * colour, load<u32>(at + 4 * colour) + sum);
			}
			store<u32>(at, load<u32>(at, 12) + <u32>(rows * (end - from)), 12);
		}
	}
}

/** Adds the Laplacian of a row, whose neighbours are among the last three gray rows. */
function addLaplacian(y: i32, width: i32, height: i32, grays: usize, row: usize, to: usize): void {
	const above = grays + <usize>(mirrored(y - 1, height) % 3) * row;
	const below = grays + <usize>(mirrored(y + 1, height) % 3) * row;
	const here = grays + <usize>(y % 3) * row;
	// The pixels beside the row are those of its mirror image.
	store<u8>(here - 1, load<u8>(here + <usize>mirrored(-1, width)));
	store<u8>(here + <usize>width, load<u8>(here + <usize>mirrored(width, width)));
	let sum: i64 = 0;
	let squares: i64 = 0;
	for (let from = 0; from < width; from += blockPixels) {
		const end = min(width, from + blockPixels);
		let sums = i32x4.splat(0);
		let products = i32x4.splat(0);
		let x = from;
		for (; x + 16 <= end; x += 16) {
			const at = <usize>x;
			const low = laplacian(
				v128.load8x8_u(above + at),
				v128.load8x8_u(below + at),
				v128.load8x8_u(here + at - 1),
				v128.load8x8_u(here + at + 1),
				v128.load8x8_u(here + at),
			);
			const high = laplacian(
				v128.load8x8_u(above + at + 8),
				v128.load8x8_u(below + at + 8),
				v128.load8x8_u(here + at + 7),
				v128.load8x8_u(here + at + 9),
				v128.load8x8_u(here + at + 8),
			);
			sums = i32x4.add(sums, i32x4.extadd_pairwise_i16x8_s(i16x8.add(low, high)));
			products = i32x4.add(products, i32x4.add(i32x4.dot_i16x8_s(low, low), i32x4.dot_i16x8_s(high, high)));
		}
		sum += lanesOf(sums);
		squares += lanesOf(products);
		for (; x < end; x++) {
			const at = <usize>x;
			const value =
				<i32>load<u8>(above + at) +
				<i32>load<u8>(below + at) +
				<i32>load<u8>(here + at - 1) +
				<i32>load<u8>(here + at + 1) -
				4 * <i32>load<u8>(here + at);
			sum += value;
			squares += value * value;
		}
	}
	store<i64>(to, load<i64>(to, 8) + sum, 8);
	store<i64>(to, load<i64>(to, 16) + squares, 16);
}

function laplacian(above: v128, below: v128, left: v128, right: v128, here: v128): v128 {
	return i16x8.sub(i16x8.add(i16x8.add(above, below), i16x8.add(left, right)), i16x8.shl(here, 2));
}

/** The index within a row or column of `count`, mirrored without its outermost; of a single one itself. */
function mirrored(index: i32, count: i32): i32 {
	if (count === 1) return 0;
	if (index < 0) return -index;
	return index >= count ? 2 * count - 2 - index : index;
}
