// Adler-32 (RFC 1950, 8.2): a sum of the bytes, and a sum of that sum after each byte, both modulo 65521.

/** Number of bytes after which neither sum can have overflowed 32 bits; a multiple of 32. */
const most: usize = 5536;

export function adler32(seed: u32, from: usize, bytes: usize): u32 {
	let sum = seed & 0xffff;
	let sums = seed >> 16;
	while (bytes > 0) {
		let part = min(bytes, most);
		bytes -= part;
		const vectors = part >> 5;
		if (vectors) {
			// Lanes of the sum; of the sum before each 32 bytes; of bytes weighted with how often they are in the second sum.
			let added = i32x4.splat(0);
			let before = i32x4.splat(0);
			let weighted = i32x4.splat(0);
			for (let i: usize = 0; i < vectors; i++) {
				const low = v128.load(from);
				const high = v128.load(from, 16);
				from += 32;
				before = i32x4.add(before, added);
				const halves = i16x8.add(i16x8.extadd_pairwise_i8x16_u(low), i16x8.extadd_pairwise_i8x16_u(high));
				added = i32x4.add(added, i32x4.extadd_pairwise_i16x8_u(halves));
				const lowWeighted = i32x4.add(
					i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(low), i16x8(32, 31, 30, 29, 28, 27, 26, 25)),
					i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(low), i16x8(24, 23, 22, 21, 20, 19, 18, 17)),
				);
				const highWeighted = i32x4.add(
					i32x4.dot_i16x8_s(i16x8.extend_low_i8x16_u(high), i16x8(16, 15, 14, 13, 12, 11, 10, 9)),
					i32x4.dot_i16x8_s(i16x8.extend_high_i8x16_u(high), i16x8(8, 7, 6, 5, 4, 3, 2, 1)),
				);
				weighted = i32x4.add(weighted, i32x4.add(lowWeighted, highWeighted));
			}
			sums += sum * (vectors << 5) + (lanes(before) << 5) + lanes(weighted);
			sum += lanes(added);
			part &= 31;
		}
		for (; part > 0; part--) {
			sum += load<u8>(from++);
			sums += sum;
		}
		sum %= 65521;
		sums %= 65521;
	}
	return (sums << 16) | sum;
}

function lanes(v: v128): u32 {
	return i32x4.extract_lane(v, 0) + i32x4.extract_lane(v, 1) + i32x4.extract_lane(v, 2) + i32x4.extract_lane(v, 3);
}
