import * as z from 'zod';
import { PermanentError } from '../../../errors.ts';
import type { Size } from '../../../size.ts';
import { type Kind, parseWith, pointSchema } from './kind.ts';
import { isOnPicture, type Point, pixelCentre, scalePoint } from './plane.ts';

const cuboidSchema = z
	.object({
		points: z.array(pointSchema).min(1),
		faces: z.array(z.array(z.int().min(0)).length(4)).length(3),
	})
	.superRefine(({ points, faces }, context) => {
		for (const [face, corners] of faces.entries()) {
			for (const [corner, index] of corners.entries()) {
				if (index < points.length) continue;
				const message = `expected the index of one of ${points.length} points`;
				context.addIssue({ code: 'custom', path: ['faces', face, corner], message });
			}
		}
	});

type Cuboid = z.output<typeof cuboidSchema>;

/** A cuboid needs all its corners, so it is converted as a whole or not at all. */
const whole = <Shape>(shape: Shape, points: Point[], size: Size): Shape[] => {
	const beyond = points.find(at => !isOnPicture(at, size));
	if (!beyond) return [shape];
	const place = `its corner ${JSON.stringify(beyond)} lies outside the picture of ${size.width} x ${size.height}`;
	throw new PermanentError('label', `${place}, and a cuboid can't be cut`);
};

/**
 * A box in perspective, by the corners of its faces. Points are moved to pixel centres like those of polygons; the SDK
 * fails on such boxes.
 */
export const cuboid: Kind<Cuboid> = {
	parse: geometry => parseWith(cuboidSchema, geometry),
	clip: (shape, size) => whole(shape, shape.points, size),
	scale: (shape, scaling) => ({ ...shape, points: shape.points.map(at => scalePoint(at, scaling)) }),
	toSubPixel: shape => ({ ...shape, points: shape.points.map(pixelCentre) }),
};

const corners = ['topleft', 'topright', 'bottomright', 'bottomleft'] as const;
const vertexNames = (['face1', 'face2'] as const).flatMap(face => corners.map(corner => `${face}-${corner}` as const));

const cuboid2dSchema = z.object({
	vertices: z.strictObject(
		Object.fromEntries(vertexNames.map(name => [name, z.object({ loc: pointSchema })])) as Record<
			(typeof vertexNames)[number],
			z.ZodObject<{ loc: typeof pointSchema }>
		>,
	),
	position: z.unknown().optional(),
	rotation: z.unknown().optional(),
	dimensions: z.unknown().optional(),
	face: z.unknown().optional(),
});

type Cuboid2d = z.output<typeof cuboid2dSchema>;

/** A cuboid with named corners; its 3D position, if any, does not depend on the size of the picture. */
export const cuboid2d: Kind<Cuboid2d> = {
	parse: geometry => parseWith(cuboid2dSchema, geometry),
	clip: (shape, size) =>
		whole(
			shape,
			Object.values(shape.vertices).map(({ loc }) => loc),
			size,
		),
	scale: (shape, scaling) => ({ ...shape, vertices: movedVertices(shape.vertices, at => scalePoint(at, scaling)) }),
	// Supervisely stores these corners in whole pixels, unlike all other points.
	toSubPixel: shape => shape,
};

const movedVertices = (vertices: Cuboid2d['vertices'], move: (point: Point) => Point): Cuboid2d['vertices'] =>
	Object.fromEntries(
		Object.entries(vertices).map(([name, { loc }]) => [name, { loc: move(loc) }]),
	) as Cuboid2d['vertices'];
