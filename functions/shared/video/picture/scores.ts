import type { Size } from '../../size.ts';

/**
 * What a picture is like, from its RGB.
 * - `sharpness`: variance of the Laplacian of its gray values, as OpenCV's `cv2.Laplacian(gray, cv2.CV_64F).var()`
 * - `brightness`: mean of its gray values, 0 to 255
 * - `hash`: perceptual hash of 64 bits, 16 hexadecimal digits; similar pictures differ in few bits
 * - `cells`: mean R, G and B of 32 x 32 cells, row by row
 */
export type Scores = { sharpness: number; brightness: number; hash: string; cells: Uint8Array };

const side = 32;
/** Side of the part of the transform that a hash is made of. */
const hashSide = 8;
const bytesPerCell = 16;
const cellsAt = 24;

/** Scores from the sums that `assembly/scores.ts` writes. All arithmetic up to the last division is exact. */
export function scoresOf(sums: Buffer, { width, height }: Size): Scores {
	const pixels = width * height;
	const mean = Number(sums.readBigInt64LE(8)) / pixels;
	const cells = new Uint8Array(side * side * 3);
	const gray = new Float64Array(side * side);
	for (let cell = 0, at = cellsAt; cell < side * side; cell++, at += bytesPerCell) {
		const [red, green] = [sums.readUInt32LE(at), sums.readUInt32LE(at + 4)];
		const [blue, count] = [sums.readUInt32LE(at + 8), sums.readUInt32LE(at + 12)];
		cells[3 * cell] = Math.round(red / count);
		cells[3 * cell + 1] = Math.round(green / count);
		cells[3 * cell + 2] = Math.round(blue / count);
		// In 256ths of a gray level, so that small differences count.
		gray[cell] = Math.floor((256 * (9798 * red + 19235 * green + 3735 * blue)) / (32768 * count));
	}
	return {
		sharpness: Number(sums.readBigInt64LE(16)) / pixels - mean * mean,
		brightness: Number(sums.readBigInt64LE(0)) / pixels,
		hash: perceptualHash(gray),
		cells,
	};
}

/** Cosines of the discrete cosine transform, in 16384ths: whole numbers, so that all machines agree. */
const cosines = Float64Array.from({ length: hashSide * side }, (_, n) => {
	const [frequency, at] = [Math.floor(n / side), n % side];
	return Math.round(16384 * Math.cos((Math.PI * frequency * (2 * at + 1)) / (2 * side)));
});

/**
 * The pHash of Zauner (2010), as in the Python package imagehash: which of the 8 x 8 lowest frequencies of the gray
 * picture, scaled to 32 x 32, are above their median.
 * @param gray 32 x 32 whole numbers
 */
function perceptualHash(gray: Float64Array): string {
	const rows = new Float64Array(side * hashSide);
	for (let y = 0; y < side; y++)
		for (let u = 0; u < hashSide; u++) rows[y * hashSide + u] = sumOfProducts(gray, y * side, 1, u);
	const frequencies = new Float64Array(hashSide * hashSide);
	for (let v = 0; v < hashSide; v++)
		for (let u = 0; u < hashSide; u++) frequencies[v * hashSide + u] = sumOfProducts(rows, u, hashSide, v);
	const sorted = frequencies.slice().sort();
	const middle = sorted.length / 2;
	const doubled = (sorted[middle - 1] as number) + (sorted[middle] as number);
	let hash = '';
	for (let at = 0; at < frequencies.length; at += 4) {
		let digit = 0;
		for (let bit = 0; bit < 4; bit++) digit = 2 * digit + (2 * (frequencies[at + bit] as number) > doubled ? 1 : 0);
		hash += digit.toString(16);
	}
	return hash;
}

/** The amount of a frequency in 32 values, the first of them at `from`. */
const sumOfProducts = (values: Float64Array, from: number, distance: number, frequency: number): number => {
	let sum = 0;
	for (let n = 0; n < side; n++)
		sum += (values[from + n * distance] as number) * (cosines[frequency * side + n] as number);
	return sum;
};

/** In how many bits two hashes differ: 0 to 64. */
export function hashDistance(a: string, b: string): number {
	let count = 0;
	for (let at = 0; at < a.length; at++) {
		const bits = Number.parseInt(a.charAt(at), 16) ^ Number.parseInt(b.charAt(at), 16);
		count += (bits & 1) + ((bits >> 1) & 1) + ((bits >> 2) & 1) + ((bits >> 3) & 1);
	}
	return count;
}
