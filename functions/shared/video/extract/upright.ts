/**
 * The filters that rotate or mirror a picture upright, by the display matrix of its track (ISO/IEC 14496-12, 8.3.2:
 * x' = ax + cy, y' = bx + dy). Only right angles; undefined for other matrices, which are left to ffmpeg.
 * @param matrix 9 fixed-point numbers, 36 bytes: a b u c d v x y w
 */
export function uprightFilters(matrix: Buffer): string[] | undefined {
	const signs = [0, 4, 12, 16].map(at => Math.sign(matrix.readInt32BE(at)));
	const lengths = [0, 4, 12, 16].map(at => Math.abs(matrix.readInt32BE(at)));
	if (lengths.some(length => length !== 0 && length !== 0x10000)) return undefined;
	return rotations[signs.join(' ')];
}

/** Filters by the signs of a, b, c and d. */
const rotations: Record<string, string[]> = {
	'1 0 0 1': [],
	'0 1 -1 0': ['transpose=clock'],
	'-1 0 0 -1': ['hflip', 'vflip'],
	'0 -1 1 0': ['transpose=cclock'],
	'-1 0 0 1': ['hflip'],
	'1 0 0 -1': ['vflip'],
	'0 1 1 0': ['transpose=cclock_flip'],
	'0 -1 -1 0': ['transpose=clock_flip'],
};
