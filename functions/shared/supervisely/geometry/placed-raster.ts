import { cutBox, type Point, roundHalfToEven, type Scaling, type Size, scalePoint } from './plane.ts';
import { nearest, type Raster, slice } from './raster.ts';

/** A raster whose top left pixel lies on a pixel of a picture. */
export type PlacedRaster = { origin: Point; raster: Raster };

/** The part of it that lies on a picture; the very same when all of it does, undefined when nothing does. */
export const cutRaster = <Placed extends PlacedRaster>(
	placed: Placed,
	size: Size,
): Placed | PlacedRaster | undefined => {
	const { origin, raster } = placed;
	const [left, top] = origin;
	const box = cutBox({ left, top, right: left + raster.width - 1, bottom: top + raster.height - 1 }, size);
	if (!box) return undefined;
	const inside = { left: box.left - left, top: box.top - top, right: box.right - left, bottom: box.bottom - top };
	const cut = slice(raster, inside);
	return cut === raster ? placed : { origin: [box.left, box.top], raster: cut };
};

/** The raster on the resized picture, at least one pixel of it. */
export const scaleRaster = ({ origin, raster }: PlacedRaster, scaling: Scaling): PlacedRaster => {
	const width = Math.max(roundHalfToEven(raster.width * scaling.x), 1);
	const height = Math.max(roundHalfToEven(raster.height * scaling.y), 1);
	const placed = { origin: scalePoint(origin, scaling), raster: nearest(raster, width, height) };
	// Its origin is on the picture, so there is something to keep.
	return cutRaster(placed, scaling.to) as PlacedRaster;
};
