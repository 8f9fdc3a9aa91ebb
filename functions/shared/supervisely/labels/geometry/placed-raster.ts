import type { Size } from '../../../size.ts';
import { cutBox, type Point, roundHalfToEven, type Scaling, scalePoint } from './plane.ts';
import { nearest, type Raster, slice } from './raster.ts';

/** A raster with the position of its top left pixel in a picture. */
export type PlacedRaster = { origin: Point; raster: Raster };

/** The part inside a picture; the same object if all of it is inside, undefined if nothing is. */
export function cutRaster<Placed extends PlacedRaster>(placed: Placed, size: Size): Placed | PlacedRaster | undefined {
	const { origin, raster } = placed;
	const [left, top] = origin;
	const box = cutBox({ left, top, right: left + raster.width - 1, bottom: top + raster.height - 1 }, size);
	if (!box) return undefined;
	const inside = { left: box.left - left, top: box.top - top, right: box.right - left, bottom: box.bottom - top };
	const cut = slice(raster, inside);
	return cut === raster ? placed : { origin: [box.left, box.top], raster: cut };
}

/** The raster scaled to the image, at least one pixel of it. */
export function scaleRaster({ origin, raster }: PlacedRaster, scaling: Scaling): PlacedRaster {
	const width = Math.max(roundHalfToEven(raster.width * scaling.x), 1);
	const height = Math.max(roundHalfToEven(raster.height * scaling.y), 1);
	const placed = { origin: scalePoint(origin, scaling), raster: nearest(raster, width, height) };
	// Its origin is inside the picture, so something is left.
	return cutRaster(placed, scaling.to) as PlacedRaster;
}
