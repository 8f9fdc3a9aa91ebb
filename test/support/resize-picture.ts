import type { Picture } from '#shared/video/extract/picture.ts';

/** OpenCV's fixed-point weights have 11 bits. */
const one = 2048;

type Taps = { low: Int32Array; high: Int32Array; weight: Int32Array };

/**
 * For each place of a row or column of the result: the two source places it lies between, and the weight of the second.
 * @param blendEdges whether a place beyond the middle of the first or last source place is still blended, of that place
 * with itself. OpenCV does that with rows and not with columns; it shows, since each part is rounded down.
 */
const tapsFor = (from: number, to: number, blendEdges: boolean): Taps => {
	const taps = { low: new Int32Array(to), high: new Int32Array(to), weight: new Int32Array(to) };
	const scale = from / to;
	for (let place = 0; place < to; place++) {
		const exact = Math.fround((place + 0.5) * scale - 0.5);
		const low = Math.floor(exact);
		const isEdge = low < 0 || low >= from - 1;
		taps.low[place] = Math.min(Math.max(low, 0), from - 1);
		taps.high[place] = Math.min(Math.max(low + 1, 0), from - 1);
		taps.weight[place] = isEdge && !blendEdges ? 0 : roundHalfToEven(Math.fround(exact - low) * one);
	}
	return taps;
};

const roundHalfToEven = (value: number): number => {
	const rounded = Math.round(value);
	return rounded - value === 0.5 && rounded % 2 === 1 ? rounded - 1 : rounded;
};

/**
 * Scales an RGB picture to exactly this size, bilinearly between the two nearest pixels each way, as OpenCV's
 * `INTER_LINEAR` does, which the SDK's sampler uses.
 */
export function resizePicture(picture: Picture, height: number, width: number): Picture {
	if (picture.width === width && picture.height === height) return picture;
	const columns = tapsFor(picture.width, width, false);
	const rows = tapsFor(picture.height, height, true);
	const data = Buffer.allocUnsafe(width * height * 3);
	const stride = picture.width * 3;
	const blend = (row: number, into: Int32Array) => {
		const start = row * stride;
		for (let x = 0, to = 0; x < width; x++) {
			const left = start + (columns.low[x] as number) * 3;
			const right = start + (columns.high[x] as number) * 3;
			const weight = columns.weight[x] as number;
			for (let channel = 0; channel < 3; channel++) {
				into[to++] =
					(picture.data[left + channel] as number) * (one - weight) +
					(picture.data[right + channel] as number) * weight;
			}
		}
	};
	// Rows of the source are blended once each and kept for the next row of the result.
	const kept = [
		{ row: -1, values: new Int32Array(width * 3) },
		{ row: -1, values: new Int32Array(width * 3) },
	];
	const blended = (row: number, spare: number): Int32Array => {
		const found = kept.find(entry => entry.row === row);
		if (found) return found.values;
		const entry = kept.find(candidate => candidate.row !== spare) as (typeof kept)[number];
		entry.row = row;
		blend(row, entry.values);
		return entry.values;
	};
	for (let y = 0, to = 0; y < height; y++) {
		const [low, high, weight] = [rows.low[y] as number, rows.high[y] as number, rows.weight[y] as number];
		const above = blended(low, high);
		const below = blended(high, low);
		for (let at = 0; at < width * 3; at++) {
			// As OpenCV's vector code rounds: each part is cut to what fits, then their sum is rounded.
			const sum =
				(((one - weight) * ((above[at] as number) >> 4)) >> 16) + ((weight * ((below[at] as number) >> 4)) >> 16);
			data[to++] = (sum + 2) >> 2;
		}
	}
	return { width, height, data };
}
