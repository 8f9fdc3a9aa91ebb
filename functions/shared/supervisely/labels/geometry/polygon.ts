import {
	Clipper64,
	ClipType,
	FillRule,
	type Path64,
	type Paths64,
	PathType,
	type PolyPath64,
	PolyTree64,
} from 'clipper2-ts';
import * as z from 'zod';
import type { Size } from '../../../size.ts';
import { type Contour, contourCentres, contourSchema, fillRing, mapContour } from './contour.ts';
import { type Kind, parseWith } from './kind.ts';
import { isOnPicture, type Point, scalePoint } from './plane.ts';

const schema = z.object({ points: contourSchema.refine(({ exterior }) => exterior.length > 0, 'expected points') });

/** A polygon with holes; cutting it at the border of the picture may split it. */
export const polygon: Kind<Contour> = {
	parse(geometry) {
		const { exterior, interior } = parseWith(schema, geometry).points;
		return { exterior: fillRing(exterior), interior: interior.filter(hole => hole.length > 0).map(fillRing) };
	},
	clip: cutContour,
	scale: (contour, scaling) => mapContour(contour, at => scalePoint(at, scaling)),
	toSubPixel: contour => ({ points: contourCentres(contour) }),
};

/** The part of a contour between the centres of the outermost pixels; the same object if all of it is inside. */
export function cutContour(contour: Contour, size: Size): Contour[] {
	if ([contour.exterior, ...contour.interior].flat().every(at => isOnPicture(at, size))) return [contour];
	const [right, bottom] = [size.width - 1, size.height - 1];
	const picture: Point[] = [
		[0, 0],
		[right, 0],
		[right, bottom],
		[0, bottom],
	];
	const cut: Paths64 = [];
	combine(ClipType.Intersection, FillRule.EvenOdd, [contour.exterior].map(toPath), [toPath(picture)], cut);
	const tree = new PolyTree64();
	combine(ClipType.Difference, FillRule.NonZero, cut, contour.interior.map(toPath), tree);
	// Clipper rounds intersections of edges to whole pixels, now and then to one beyond the border.
	const onPicture = ([x, y]: Point): Point => [clamp(x, right), clamp(y, bottom)];
	return outlines(tree).map(each => mapContour(each, onPicture));
}

const combine = (how: ClipType, fill: FillRule, subject: Paths64, clip: Paths64, into: Paths64 | PolyTree64): void => {
	const clipper = new Clipper64();
	clipper.addPaths(subject, PathType.Subject);
	clipper.addPaths(clip, PathType.Clip);
	// Two overloads, chosen by the type of the output.
	if (Array.isArray(into)) clipper.execute(how, fill, into);
	else clipper.execute(how, fill, into);
};

const clamp = (value: number, most: number): number => Math.min(Math.max(value, 0), most);

const toPath = (ring: Point[]): Path64 => ring.map(([x, y]) => ({ x, y }));

const childrenOf = (node: PolyPath64): PolyPath64[] => Array.from({ length: node.count }, (_, at) => node.child(at));

const ringOf = (node: PolyPath64): Point[] => (node.polygon ?? []).map(({ x, y }): Point => [x, y]);

/** Outlines with their holes; islands in holes are outlines again. */
const outlines = (node: PolyPath64): Contour[] =>
	childrenOf(node).flatMap(outline => {
		const holes = childrenOf(outline);
		return [{ exterior: ringOf(outline), interior: holes.map(ringOf) }, ...holes.flatMap(outlines)];
	});
