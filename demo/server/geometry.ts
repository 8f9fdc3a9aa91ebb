import * as z from 'zod';
import type { Size } from '#shared/size.ts';
import { badRequest } from './api-error.ts';
import { bitmapSize } from './bitmap.ts';
import { parse } from './endpoint.ts';
import type { JsonObject } from './records.ts';

/** The bounding box of a geometry, in the same coordinates. */
export type Box = { left: number; top: number; right: number; bottom: number };

/** A checked geometry, with the keys of its type only, and its bounding box, or null if that is not known. */
export type Geometry = { geometry: JsonObject; box: Box | null };

type XY = [number, number];
type Kind = { keys: z.ZodType<JsonObject>; box: (geometry: never) => Box | null };

const xy = z.tuple([z.number(), z.number()]);
const contour = (least: number) => ({ exterior: z.array(xy).min(least), interior: z.array(z.array(xy)).default([]) });
const noHoles = z.tuple([]).default([]);

const kind = <Keys extends z.ZodType<JsonObject>>(keys: Keys, box: (geometry: z.infer<Keys>) => Box | null): Kind => ({
	keys,
	box,
});

const ofPoints = ({ points }: { points: { exterior: XY[] } }): Box | null => around(points.exterior);
const mask = z.object({ bitmap: z.object({ origin: xy, data: z.string() }) });
const ofMask = ({ bitmap }: z.infer<typeof mask>): Box => {
	const { width, height } = bitmapSize(bitmap.data);
	const [left, top] = bitmap.origin;
	return { left, top, right: left + width, bottom: top + height };
};

/** The known geometries. Unknown ones are accepted unchecked. */
const kinds: Record<string, Kind> = {
	rectangle: kind(z.object({ points: z.object({ exterior: z.tuple([xy, xy]), interior: noHoles }) }), ofPoints),
	polygon: kind(z.object({ points: z.object(contour(3)) }), ofPoints),
	line: kind(z.object({ points: z.object({ exterior: z.array(xy).min(2), interior: noHoles }) }), ofPoints),
	point: kind(z.object({ points: z.object({ exterior: z.tuple([xy]), interior: noHoles }) }), ofPoints),
	bitmap: kind(mask, ofMask),
	alpha_mask: kind(mask, ofMask),
	multipolygon: kind(z.object({ parts: z.array(z.object(contour(3))).min(1) }), ({ parts }) =>
		around(parts.flatMap(part => part.exterior)),
	),
	graph: kind(z.object({ nodes: z.record(z.string(), z.looseObject({ loc: xy })) }), ({ nodes }) =>
		around(Object.values(nodes).map(node => node.loc)),
	),
	cuboid: kind(z.object({ points: z.array(xy).min(1), faces: z.array(z.array(z.number().int())) }), ({ points }) =>
		around(points),
	),
	cuboid_2d: kind(z.looseObject({ vertices: z.record(z.string(), z.looseObject({ loc: xy })) }), ({ vertices }) =>
		around(Object.values(vertices).map(vertex => vertex.loc)),
	),
	// A rotated box may extend beyond the picture; only its centre must be inside, as in the SDK.
	oriented_bbox: kind(z.object({ points: z.tuple([xy, xy]), angle: z.number() }), ({ points: [[x1, y1], [x2, y2]] }) =>
		around([[(x1 + x2) / 2, (y1 + y2) / 2]]),
	),
};

/** Keys of a label that are not its geometry. */
const labelKeys = new Set([
	...[
		'id',
		'classId',
		'classTitle',
		'description',
		'tags',
		'geometryType',
		'shape',
		'nnCreated',
		'nnUpdated',
		'instance',
	],
	...['labelerLogin', 'createdAt', 'updatedAt', 'smartToolInput', 'customData', 'priority', 'trackId', 'meta'],
	...['objectId', 'entityId', 'imageId', 'datasetId', 'projectId', 'geometry'],
]);

/**
 * Validates the geometry of a label against its class.
 * @param source the object that holds the geometry's keys, a label or a figure's `geometry`.
 * @throws ApiError 400 when the class does not take the type or the geometry is not of the type's form.
 */
export function parseGeometry(type: string, source: JsonObject, ofClass: { title: string; shape: string }): Geometry {
	if (ofClass.shape !== 'any' && ofClass.shape !== type) {
		throw badRequest(`Class ${JSON.stringify(ofClass.title)} has shape ${ofClass.shape} and takes no ${type}`);
	}
	const known = Object.hasOwn(kinds, type) ? kinds[type] : undefined;
	if (!known) {
		const geometry = Object.fromEntries(Object.entries(source).filter(([key]) => !labelKeys.has(key)));
		return { geometry, box: null };
	}
	const parsed = parse(known.keys, type === 'cuboid_2d' ? cuboidKeys(source) : source);
	return { geometry: parsed, box: known.box(parsed as never) };
}

const cuboidKeys = (source: JsonObject): JsonObject =>
	Object.fromEntries(
		['vertices', 'position', 'rotation', 'dimensions', 'face'].flatMap(key =>
			key in source ? [[key, source[key]]] : [],
		),
	);

/** Whether a box in sub-pixel coordinates is inside a picture. */
export function isWithin(box: Box, size: Size): boolean {
	return box.left >= 0 && box.top >= 0 && box.right <= size.width && box.bottom <= size.height;
}

function around(points: XY[]): Box | null {
	if (points.length === 0) return null;
	const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
	for (const [x, y] of points) {
		box.left = Math.min(box.left, x);
		box.right = Math.max(box.right, x);
		box.top = Math.min(box.top, y);
		box.bottom = Math.max(box.bottom, y);
	}
	return box;
}
