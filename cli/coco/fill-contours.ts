import { at } from '#shared/at.ts';
import type { Size } from '#shared/size.ts';
import type { Contour } from '#shared/supervisely/labels/geometry/contour.ts';
import type { PlacedRaster } from '#shared/supervisely/labels/geometry/placed-raster.ts';
import type { Point } from '#shared/supervisely/labels/geometry/plane.ts';

/** The pixels of an image whose centres are in a contour, but in none of its holes. Coordinates are sub-pixel. */
export function fillContours(contours: Contour[], { width, height }: Size): PlacedRaster {
	const data = new Uint8Array(width * height);
	for (const { exterior, interior } of contours) {
		const part = interior.length === 0 ? data : new Uint8Array(width * height);
		fillRing(part, exterior, { width, height }, 1);
		for (const hole of interior) fillRing(part, hole, { width, height }, 0);
		if (part !== data) for (const [n, pixel] of part.entries()) if (pixel) data[n] = 1;
	}
	return { origin: [0, 0], raster: { width, height, pixelBytes: 1, data } };
}

/** Fills a ring, even-odd. A pixel centre on a left or upper edge is inside, one on a right or lower edge is not. */
const fillRing = (data: Uint8Array, ring: Point[], { width, height }: Size, value: number): void => {
	const top = ring.reduce((least, [, y]) => Math.min(least, y), height);
	const bottom = ring.reduce((greatest, [, y]) => Math.max(greatest, y), 0);
	for (let row = Math.max(0, Math.floor(top)); row < Math.min(height, bottom); row++) {
		const y = row + 0.5;
		const crossings: number[] = [];
		for (const [n, [x1, y1]] of ring.entries()) {
			const [x2, y2] = at(ring, (n + 1) % ring.length);
			if (y1 <= y !== y2 <= y) crossings.push(x1 + ((y - y1) * (x2 - x1)) / (y2 - y1));
		}
		crossings.sort((a, b) => a - b);
		for (let n = 0; n + 1 < crossings.length; n += 2) {
			const [from, to] = [at(crossings, n), at(crossings, n + 1)].map(x => Math.ceil(x - 0.5)) as [number, number];
			if (to > from) data.fill(value, row * width + clamp(from, width), row * width + clamp(to, width));
		}
	}
};

const clamp = (x: number, width: number): number => Math.min(Math.max(x, 0), width);
