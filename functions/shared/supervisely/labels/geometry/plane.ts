import type { Size } from '../../../size.ts';

/** Column and row of a pixel, from the top left. */
export type Point = [x: number, y: number];

/** Pixels from `left` to `right` and from `top` to `bottom`, all of them included. */
export type Box = { left: number; top: number; right: number; bottom: number };

/** How a picture was resized. */
export type Scaling = { x: number; y: number; to: Size };

export function scalingBetween(from: Size, to: Size): Scaling {
	return {
		x: to.width / from.width,
		y: to.height / from.height,
		to,
	};
}

/** Python's `round`, which the SDK uses for scaling: 0.5 → 0, 1.5 → 2, 2.5 → 2. */
export function roundHalfToEven(value: number): number {
	const below = Math.floor(value);
	const fraction = value - below;
	if (fraction !== 0.5) return fraction < 0.5 ? below : below + 1;
	return below % 2 === 0 ? below : below + 1;
}

/**
 * Position of a source pixel in the scaled picture. Rounding can exceed the right or bottom edge by one pixel, so the
 * position is clamped, and nothing is lost.
 */
export function scalePoint([x, y]: Point, scaling: Scaling): Point {
	return [
		Math.min(roundHalfToEven(x * scaling.x), scaling.to.width - 1),
		Math.min(roundHalfToEven(y * scaling.y), scaling.to.height - 1),
	];
}

export function isOnPicture([x, y]: Point, { width, height }: Size): boolean {
	return x >= 0 && y >= 0 && x < width && y < height;
}

/** The pixels that a box and a picture share; undefined when they share none. */
export function cutBox(box: Box, { width, height }: Size): Box | undefined {
	const left = Math.max(box.left, 0);
	const top = Math.max(box.top, 0);
	const right = Math.min(box.right, width - 1);
	const bottom = Math.min(box.bottom, height - 1);
	return left <= right && top <= bottom ? { left, top, right, bottom } : undefined;
}

/** A pixel's centre in sub-pixel coordinates, which count the edges between pixels. */
export function pixelCentre([x, y]: Point): Point {
	return [x + 0.5, y + 0.5];
}
