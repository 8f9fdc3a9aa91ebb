import { z } from 'zod';
import { PermanentError } from '../../errors.ts';
import { explain } from '../explain.ts';
import type { Point, Scaling, Size } from './plane.ts';

/** A geometry's own keys, as they stand in a figure's `geometry` or flattened in an image's label. */
export type GeometryJson = Record<string, unknown>;

/** What there is to know of one type of geometry. A shape is in whole pixels. */
export type Kind<Shape> = {
	/** @throws PermanentError `label` with path and value of what is malformed */
	parse(geometry: unknown): Shape | Promise<Shape>;
	/** What of it lies on a picture: the very shape when all of it does, pieces of it otherwise, none when nothing does. */
	clip(shape: Shape, size: Size): Shape[];
	/** The shape, which lies on the source picture, on the resized one, all of it inside. */
	scale(shape: Shape, scaling: Scaling): Shape;
	/** Its keys in sub-pixel coordinates, as annotations are uploaded. */
	toSubPixel(shape: Shape): GeometryJson | Promise<GeometryJson>;
};

/** Far beyond any picture, and near enough that no computation loses a pixel. */
const farthest = 1e7;

const coordinate = z
	.number()
	.min(-farthest)
	.max(farthest)
	.transform(value => Math.floor(value));

/** `[x, y]`; fractions are cut off downward, as the SDK does. */
export const pointSchema = z.tuple([coordinate, coordinate]) satisfies z.ZodType<Point>;

/** Reads a geometry by a schema. @throws PermanentError `label` with path and value of what is malformed */
export const parseWith = <Schema extends z.ZodType>(schema: Schema, geometry: unknown): z.output<Schema> => {
	const result = schema.safeParse(geometry);
	if (result.success) return result.data;
	throw new PermanentError('label', explain(result.error, geometry, 'geometry'));
};
