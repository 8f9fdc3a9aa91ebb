import * as z from 'zod';
import { at } from '../../../at.ts';
import type { Size } from '../../../size.ts';
import { type Kind, parseWith, pointSchema } from './kind.ts';
import { isOnPicture, type Point, pixelCentre, scalePoint } from './plane.ts';

const schema = z.object({ points: z.object({ exterior: z.array(pointSchema).min(2) }) });

/** A polyline, Supervisely's `line`; one that leaves the picture and returns is split. */
export const line: Kind<Point[]> = {
	parse: geometry => parseWith(schema, geometry).points.exterior,
	clip: (points, size) => (points.every(point => isOnPicture(point, size)) ? [points] : cutLine(points, size)),
	scale: (points, scaling) => points.map(point => scalePoint(point, scaling)),
	toSubPixel: points => ({ points: { exterior: points.map(pixelCentre), interior: [] } }),
};

/** The pieces of a line inside a picture; crossings with the border are rounded down, as in the SDK. */
const cutLine = (points: Point[], size: Size): Point[][] => {
	const pieces: Point[][] = [];
	let piece: Point[] = [];
	const finish = () => {
		if (piece.length > 1) pieces.push(piece);
		piece = [];
	};
	for (let i = 1; i < points.length; i++) {
		const [start, end] = [at(points, i - 1), at(points, i)];
		const part = cutSegment(start, end, size);
		if (!part) {
			finish();
			continue;
		}
		for (const next of part.map(wholePixel)) {
			const last = piece.at(-1);
			if (!last || last[0] !== next[0] || last[1] !== next[1]) piece.push(next);
		}
		if (!isOnPicture(end, size)) finish();
	}
	finish();
	return pieces;
};

/** The part of a segment within the picture's outermost pixels (Liang-Barsky). */
const cutSegment = ([x, y]: Point, [toX, toY]: Point, { width, height }: Size): [Point, Point] | undefined => {
	const [stepX, stepY] = [toX - x, toY - y];
	let [enter, leave] = [0, 1];
	for (const [delta, distance] of [
		[-stepX, x],
		[stepX, width - 1 - x],
		[-stepY, y],
		[stepY, height - 1 - y],
	] as const) {
		if (delta === 0 && distance < 0) return undefined;
		if (delta < 0) enter = Math.max(enter, distance / delta);
		if (delta > 0) leave = Math.min(leave, distance / delta);
	}
	if (enter > leave) return undefined;
	const along = (part: number): Point => [x + stepX * part, y + stepY * part];
	return [enter === 0 ? [x, y] : along(enter), leave === 1 ? [toX, toY] : along(leave)];
};

/** Tolerance for rounding errors of floating-point numbers, in pixels. */
const tolerance = 1e-6;
const wholePixel = ([x, y]: Point): Point => [Math.floor(x + tolerance), Math.floor(y + tolerance)];
