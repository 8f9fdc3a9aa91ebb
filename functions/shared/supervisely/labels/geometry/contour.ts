import * as z from 'zod';
import { pointSchema } from './kind.ts';
import { type Point, pixelCentre } from './plane.ts';

/** An outline and its holes; rings do not repeat their first point. */
export type Contour = { exterior: Point[]; interior: Point[][] };

export const contourSchema = z.object({
	exterior: z.array(pointSchema),
	interior: z.array(z.array(pointSchema)).default([]),
}) satisfies z.ZodType<Contour>;

export function mapContour({ exterior, interior }: Contour, move: (point: Point) => Point): Contour {
	return {
		exterior: exterior.map(move),
		interior: interior.map(hole => hole.map(move)),
	};
}

export function contourCentres(contour: Contour): Contour {
	return mapContour(contour, pixelCentre);
}

/** Repeats the last point of a ring of fewer than three points, as the SDK does. */
export function fillRing(ring: Point[]): Point[] {
	const last = ring.at(-1);
	return last && ring.length < 3 ? [...ring, ...Array<Point>(3 - ring.length).fill(last)] : ring;
}
