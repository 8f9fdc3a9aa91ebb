// PNG's filters (PNG specification, section 9): what a byte differs by from a prediction. Each needs original pixels
// only, so sixteen bytes are filtered at a time.

export const unfiltered: u32 = 0;
export const paeth: u32 = 4;

/**
 * Writes one filtered row: the filter's number, then `stride` bytes.
 * @param above the row above, right before which nothing is read; 0 for the first row, which is filtered by Sub instead of
 * Paeth: with nothing above, both predict the pixel to the left
 * @param step bytes between a byte and its left neighbour
 */
export function filterRow(filter: u32, to: usize, row: usize, above: usize, stride: usize, step: usize): void {
	if (filter === unfiltered) {
		store<u8>(to, unfiltered);
		memory.copy(to + 1, row, stride);
	} else if (above) paethRow(to, row, above, stride, step);
	else subRow(to, row, stride, step);
}

function subRow(to: usize, row: usize, stride: usize, step: usize): void {
	store<u8>(to++, 1);
	memory.copy(to, row, step);
	let i = step;
	for (; i + 16 <= stride; i += 16) v128.store(to + i, i8x16.sub(v128.load(row + i), v128.load(row + i - step)));
	for (; i < stride; i++) store<u8>(to + i, load<u8>(row + i) - load<u8>(row + i - step));
}

function paethRow(to: usize, row: usize, above: usize, stride: usize, step: usize): void {
	store<u8>(to++, paeth);
	let i: usize = 0;
	for (; i < step; i++) store<u8>(to + i, load<u8>(row + i) - load<u8>(above + i));
	for (; i + 16 <= stride; i += 16) {
		const predicted = paethOf(v128.load(row + i - step), v128.load(above + i), v128.load(above + i - step));
		v128.store(to + i, i8x16.sub(v128.load(row + i), predicted));
	}
	for (; i < stride; i++) {
		const predicted = paethOfByte(load<u8>(row + i - step), load<u8>(above + i), load<u8>(above + i - step));
		store<u8>(to + i, <i32>load<u8>(row + i) - predicted);
	}
}

/**
 * Of left, up and corner the one nearest to left + up - corner. The third distance is the sum of the other two where
 * left and up lie on the same side of the corner; it never wins then, so that their maximum does as well. Elsewhere it
 * is their difference.
 */
function paethOf(left: v128, up: v128, corner: v128): v128 {
	const upOver = i8x16.sub_sat_u(up, corner);
	const upUnder = i8x16.sub_sat_u(corner, up);
	const leftOver = i8x16.sub_sat_u(left, corner);
	const leftUnder = i8x16.sub_sat_u(corner, left);
	const toLeft = v128.or(upOver, upUnder);
	const toUp = v128.or(leftOver, leftUnder);
	const nearer = i8x16.min_u(toLeft, toUp);
	const difference = i8x16.sub(i8x16.max_u(toLeft, toUp), nearer);
	const sameSide = v128.or(i8x16.min_u(upOver, leftOver), i8x16.min_u(upUnder, leftUnder));
	const toCorner = i8x16.max_u(difference, sameSide);
	const nearest = i8x16.min_u(nearer, toCorner);
	const upOrCorner = v128.bitselect(up, corner, i8x16.eq(toUp, nearest));
	return v128.bitselect(left, upOrCorner, i8x16.eq(toLeft, nearest));
}

function paethOfByte(left: i32, up: i32, corner: i32): i32 {
	const toLeft = abs(up - corner);
	const toUp = abs(left - corner);
	const toCorner = abs(left + up - 2 * corner);
	if (toLeft <= toUp && toLeft <= toCorner) return left;
	return toUp <= toCorner ? up : corner;
}
