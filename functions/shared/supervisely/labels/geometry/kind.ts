import * as z from 'zod';
import { PermanentError } from '../../../errors.ts';
import type { Size } from '../../../size.ts';
import { explain } from '../../explain.ts';
import type { Point, Scaling } from './plane.ts';

/** Keys of a geometry, in a figure's `geometry` or merged into an image's label. */
export type GeometryJson = Record<string, unknown>;

/** Operations on one type of geometry. A shape is in whole pixels. */
export type Kind<Shape> = {
	/** @throws PermanentError `label` with path and value of the malformed field */
	parse(geometry: unknown): Shape | Promise<Shape>;
	/** The part inside a picture: the same object if all of it is inside, otherwise the pieces; none if it is outside. */
	clip(shape: Shape, size: Size): Shape[];
	/** The shape scaled from the source picture to the image, entirely inside. */
	scale(shape: Shape, scaling: Scaling): Shape;
	/** Its keys in sub-pixel coordinates, for upload. */
	toSubPixel(shape: Shape): GeometryJson | Promise<GeometryJson>;
};

/** Largest coordinate: beyond any picture, and small enough for exact computation. */
const farthest = 1e7;

const coordinate = z
	.number()
	.min(-farthest)
	.max(farthest)
	.transform(value => Math.floor(value));

/** `[x, y]`; rounded down, as in the SDK. */
export const pointSchema = z.tuple([coordinate, coordinate]) satisfies z.ZodType<Point>;

/** Parses a geometry. @throws PermanentError `label` with path and value of the malformed field */
export function parseWith<Schema extends z.ZodType>(schema: Schema, geometry: unknown): z.output<Schema> {
	const result = schema.safeParse(geometry);
	if (result.success) return result.data;
	throw new PermanentError('label', explain(result.error, geometry, 'geometry'));
}
