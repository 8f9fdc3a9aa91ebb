import type { Box } from './plane.ts';

/** Rows of pixels, each of the same number of bytes. */
export type Raster = { width: number; height: number; pixelBytes: number; data: Uint8Array };

/** For each index of a scaled row or column, the source index nearest to its centre, as in scikit-image. */
const nearestPlaces = (from: number, to: number): number[] => {
	const step = from / to;
	return Array.from({ length: to }, (_, place) => Math.min(Math.floor((place + 0.5) * step - 0.5 + 0.5), from - 1));
};

/** Scales a raster by nearest neighbour. */
export function nearest(raster: Raster, width: number, height: number): Raster {
	const { pixelBytes } = raster;
	const columns = nearestPlaces(raster.width, width);
	const data = new Uint8Array(width * height * pixelBytes);
	let to = 0;
	for (const row of nearestPlaces(raster.height, height)) {
		const start = row * raster.width;
		for (const column of columns) {
			const from = (start + column) * pixelBytes;
			for (let byte = 0; byte < pixelBytes; byte++) data[to++] = raster.data[from + byte] as number;
		}
	}
	return { width, height, pixelBytes, data };
}

/** Scales a raster of one byte per pixel; each pixel is the maximum of the source pixels that fall on it. */
export function greatest(raster: Raster, width: number, height: number): Raster {
	const data = new Uint8Array(width * height);
	for (let y = 0, from = 0; y < raster.height; y++) {
		const start = Math.floor((y * height) / raster.height) * width;
		for (let x = 0; x < raster.width; x++, from++) {
			const to = start + Math.floor((x * width) / raster.width);
			data[to] = Math.max(data[to] as number, raster.data[from] as number);
		}
	}
	return { width, height, pixelBytes: 1, data };
}

/** The pixels of a raster in a box inside it. */
export function slice(raster: Raster, { left, top, right, bottom }: Box): Raster {
	const [width, height] = [right - left + 1, bottom - top + 1];
	if (width === raster.width && height === raster.height) return raster;
	const { pixelBytes } = raster;
	const data = new Uint8Array(width * height * pixelBytes);
	for (let row = 0; row < height; row++) {
		const start = ((top + row) * raster.width + left) * pixelBytes;
		data.set(raster.data.subarray(start, start + width * pixelBytes), row * width * pixelBytes);
	}
	return { width, height, pixelBytes, data };
}

/** The bounding box of non-zero pixels, for one byte per pixel; undefined when there are none. */
export function tightBox({ width, height, data }: Raster): Box | undefined {
	let [left, top, right, bottom] = [width, -1, -1, -1];
	for (let y = 0; y < height; y++) {
		const [start, end] = [y * width, (y + 1) * width - 1];
		let first = start;
		while (first <= end && data[first] === 0) first++;
		if (first > end) continue;
		let last = end;
		while (data[last] === 0) last--;
		if (top < 0) top = y;
		bottom = y;
		left = Math.min(left, first - start);
		right = Math.max(right, last - start);
	}
	return top < 0 ? undefined : { left, top, right, bottom };
}
