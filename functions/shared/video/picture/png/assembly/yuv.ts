// RGB of yuv420p (8 bit, limited range), bit for bit as swscale's vector code makes it:
//   y = (8Y - 128) * 9539 >> 16, u = 8U - 1024, v = 8V - 1024,
//   R = y + (v * redV >> 16), G = y + (u * -greenU >> 16) + (v * -greenV >> 16), B = y + (u * blueU >> 16),
// each cut to 0 .. 255; four pixels share one U and V. The factors are swscale's (libswscale/yuv2rgb.c), 13 bits of them.

let redV: i32 = 0;
let greenU: i32 = 0;
let greenV: i32 = 0;
let blueU: i32 = 0;

/** Chooses the factors: of BT.709, or of BT.601, which is also that of video that says nothing of its colours. */
export function useMatrix(isBt709: bool): void {
	redV = isBt709 ? 14686 : 13075;
	greenU = isBt709 ? 1747 : 3209;
	greenV = isBt709 ? 4366 : 6660;
	blueU = isBt709 ? 17305 : 16525;
}

/**
 * Converts two rows.
 * @param luma two rows of `width` bytes
 * @param u one row of `width / 2` bytes, and so is `v`
 * @param width even
 * @param to where the first row goes, and `below` the second
 * @param plane 0 for R, G and B of one pixel after the other; else they lie apart, and each begins so many bytes behind
 * the one before
 */
export function convertRows(
	luma: usize,
	u: usize,
	v: usize,
	width: usize,
	to: usize,
	below: usize,
	plane: usize,
): void {
	const step: usize = plane ? 1 : 3;
	let x: usize = 0;
	for (; x + 16 <= width; x += 16) {
		const centred = i16x8.splat(1024);
		const blueness = i16x8.sub(i16x8.shl(v128.load8x8_u(u + (x >> 1)), 3), centred);
		const redness = i16x8.sub(i16x8.shl(v128.load8x8_u(v + (x >> 1)), 3), centred);
		const red = highHalf(redness, <i16>redV);
		const green = i16x8.add(highHalf(blueness, <i16>-greenU), highHalf(redness, <i16>-greenV));
		const blue = highHalf(blueness, <i16>blueU);
		putSixteen(luma + x, red, green, blue, to + step * x, plane);
		putSixteen(luma + width + x, red, green, blue, below + step * x, plane);
	}
	for (; x < width; x++) {
		const blueness = ((<i32>load<u8>(u + (x >> 1))) << 3) - 1024;
		const redness = ((<i32>load<u8>(v + (x >> 1))) << 3) - 1024;
		putOne(load<u8>(luma + x), blueness, redness, to + step * x, plane || 1);
		putOne(load<u8>(luma + width + x), blueness, redness, below + step * x, plane || 1);
	}
}

/** The products' high 16 bits. */
function highHalf(a: v128, factor: i16): v128 {
	const factors = i16x8.splat(factor);
	return i16x8.narrow_i32x4_s(
		i32x4.shr_s(i32x4.extmul_low_i16x8_s(a, factors), 16),
		i32x4.shr_s(i32x4.extmul_high_i16x8_s(a, factors), 16),
	);
}

/** @param red what is added to the brightness of two neighbouring pixels, as are `green` and `blue` */
function putSixteen(luma: usize, red: v128, green: v128, blue: v128, to: usize, plane: usize): void {
	const bytes = v128.load(luma);
	const black = i16x8.splat(128);
	const low = highHalf(i16x8.sub(i16x8.shl(i16x8.extend_low_i8x16_u(bytes), 3), black), 9539);
	const high = highHalf(i16x8.sub(i16x8.shl(i16x8.extend_high_i8x16_u(bytes), 3), black), 9539);
	const r = channel(low, high, red);
	const g = channel(low, high, green);
	const b = channel(low, high, blue);
	if (plane) {
		v128.store(to, r);
		v128.store(to + plane, g);
		v128.store(to + 2 * plane, b);
		return;
	}
	let rg = i8x16.shuffle(r, g, 0, 16, 0, 1, 17, 0, 2, 18, 0, 3, 19, 0, 4, 20, 0, 5);
	v128.store(to, i8x16.shuffle(rg, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15));
	rg = i8x16.shuffle(r, g, 21, 0, 6, 22, 0, 7, 23, 0, 8, 24, 0, 9, 25, 0, 10, 26);
	v128.store(to, i8x16.shuffle(rg, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15), 16);
	rg = i8x16.shuffle(r, g, 0, 11, 27, 0, 12, 28, 0, 13, 29, 0, 14, 30, 0, 15, 31, 0);
	v128.store(to, i8x16.shuffle(rg, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31), 32);
}

function channel(low: v128, high: v128, added: v128): v128 {
	const first = i8x16.shuffle(added, added, 0, 1, 0, 1, 2, 3, 2, 3, 4, 5, 4, 5, 6, 7, 6, 7);
	const second = i8x16.shuffle(added, added, 8, 9, 8, 9, 10, 11, 10, 11, 12, 13, 12, 13, 14, 15, 14, 15);
	return i8x16.narrow_i16x8_u(i16x8.add(low, first), i16x8.add(high, second));
}

/** @param apart bytes from R to G, and from G to B */
function putOne(luma: i32, blueness: i32, redness: i32, to: usize, apart: usize): void {
	const y = (((luma << 3) - 128) * 9539) >> 16;
	store<u8>(to, cut(y + ((redness * redV) >> 16)));
	store<u8>(to + apart, cut(y + ((blueness * -greenU) >> 16) + ((redness * -greenV) >> 16)));
	store<u8>(to + 2 * apart, cut(y + ((blueness * blueU) >> 16)));
}

function cut(value: i32): i32 {
	return min(max(value, 0), 255);
}
