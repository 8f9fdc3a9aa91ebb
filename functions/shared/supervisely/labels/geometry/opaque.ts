import * as z from 'zod';
import { PermanentError } from '../../../errors.ts';
import { type Contour, contourSchema, mapContour } from './contour.ts';
import { type GeometryJson, type Kind, parseWith, pointSchema } from './kind.ts';
import { type Point, pixelCentre, scalePoint } from './plane.ts';

/** Keys that a label has for itself, which a geometry flattened into it must not set. */
const ownKeysOfLabels = ['id', 'classId', 'classTitle', 'description', 'tags', 'geometryType', 'shape', 'instance'];
const ownKeysToo = ['nnCreated', 'nnUpdated', 'smartToolInput', 'imageId', 'entityId', 'objectId', 'geometry'];
const notGeometry = new Set([...ownKeysOfLabels, ...ownKeysToo]);

const places = {
	points: contourSchema,
	parts: z.array(contourSchema),
	nodes: z.record(z.string(), z.looseObject({ loc: pointSchema })),
};

/**
 * A geometry of a type that is not known here, carried over as it is. Points under the keys of known types are scaled,
 * and converted to sub-pixel coordinates; with any other key, the picture may not be resized.
 */
export const opaque: Kind<GeometryJson> = {
	parse(geometry) {
		const entries = Object.entries(parseWith(z.record(z.string(), z.unknown()), geometry));
		return Object.fromEntries(entries.filter(([key]) => !notGeometry.has(key)));
	},
	clip: geometry => [geometry],
	scale(geometry, scaling) {
		const moved = movePlaces(geometry, at => scalePoint(at, scaling));
		const fixed = Object.keys(geometry).find(key => moved[key] === geometry[key]);
		if (fixed === undefined) return moved;
		throw new PermanentError('label', `the type is not known, so geometry.${fixed} can't follow the resized picture`);
	},
	toSubPixel(geometry) {
		const mask = z.looseObject({ origin: pointSchema }).safeParse(geometry.bitmap);
		return { ...movePlaces(geometry, pixelCentre), ...(mask.success ? { bitmap: mask.data } : {}) };
	},
};

const movePlaces = (geometry: GeometryJson, move: (point: Point) => Point): GeometryJson => {
	const moved = { ...geometry };
	const { points, parts, nodes } = {
		points: places.points.safeParse(geometry.points).data,
		parts: places.parts.safeParse(geometry.parts).data,
		nodes: places.nodes.safeParse(geometry.nodes).data,
	};
	const moveContour = (contour: Contour) => mapContour(contour, move);
	if (points) moved.points = moveContour(points);
	if (parts) moved.parts = parts.map(moveContour);
	if (nodes) {
		const entries = Object.entries(nodes).map(([name, node]) => [name, { ...node, loc: move(node.loc) }]);
		moved.nodes = Object.fromEntries(entries);
	}
	return moved;
};
