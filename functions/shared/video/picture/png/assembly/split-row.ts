/**
 * Splits a row of RGB into R, G and B, each of which begins `plane` bytes behind the one before.
 * @param rgb with 48 readable bytes behind it
 */
export function splitRow(rgb: usize, width: i32, to: usize, plane: usize): void {
	for (let x: usize = 0; x < <usize>width; x += 16) {
		const at = rgb + x * 3;
		const a = v128.load(at);
		const b = v128.load(at, 16);
		const c = v128.load(at, 32);
		let two = i8x16.shuffle(a, b, 0, 3, 6, 9, 12, 15, 18, 21, 24, 27, 30, 0, 0, 0, 0, 0);
		v128.store(to + x, i8x16.shuffle(two, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 17, 20, 23, 26, 29));
		two = i8x16.shuffle(a, b, 1, 4, 7, 10, 13, 16, 19, 22, 25, 28, 31, 0, 0, 0, 0, 0);
		v128.store(to + plane + x, i8x16.shuffle(two, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 18, 21, 24, 27, 30));
		two = i8x16.shuffle(a, b, 2, 5, 8, 11, 14, 17, 20, 23, 26, 29, 0, 0, 0, 0, 0, 0);
		v128.store(to + 2 * plane + x, i8x16.shuffle(two, c, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 16, 19, 22, 25, 28, 31));
	}
}
