import * as z from 'zod';
import type { Size } from '#shared/size.ts';
import type { JsonObject } from './records.ts';

/**
 * A point in one of two coordinate systems. Pixel coordinates name pixels, so a rectangle includes its right and
 * bottom; whole sub-pixel coordinates are edges between pixels. They are converted as by the SDK's
 * `Annotation._to_subpixel_coordinate_system_json` and `_to_pixel_...`.
 */
type XY = [number, number];

const xy = z.tuple([z.number(), z.number()]);
const corners = z.looseObject({ exterior: z.tuple([xy, xy]) });
const contour = z.looseObject({ exterior: z.array(xy), interior: z.array(z.array(xy)).default([]) });
const shapes = {
	rectangle: z.looseObject({ points: corners }),
	oriented_bbox: z.looseObject({ points: z.tuple([xy, xy]) }),
	points: z.looseObject({ points: contour }),
	multipolygon: z.looseObject({ parts: z.array(contour) }),
	graph: z.looseObject({ nodes: z.record(z.string(), z.looseObject({ loc: xy })) }),
	bitmap: z.looseObject({ bitmap: z.looseObject({ origin: xy }) }),
};

/** Converts a geometry from pixel to sub-pixel coordinates. A geometry that doesn't fit its type is not changed. */
export function toSubPixel(type: string, geometry: JsonObject): JsonObject {
	return convert(type, geometry, {
		corners: ([[x1, y1], [x2, y2]]) => [
			[Math.min(x1, x2), Math.min(y1, y2)],
			[Math.max(x1, x2) + 1, Math.max(y1, y2) + 1],
		],
		point: ([x, y]) => [x + 0.5, y + 0.5],
		node: ([x, y]) => [Math.floor(x) + 0.5, Math.floor(y) + 0.5],
	});
}

/** Converts a geometry from sub-pixel coordinates to pixel coordinates in a picture of the given size. */
export function toPixel(type: string, geometry: JsonObject, size: Size): JsonObject {
	const point = ([x, y]: XY): XY => [
		Math.floor(x) - Number(x === size.width),
		Math.floor(y) - Number(y === size.height),
	];
	return convert(type, geometry, { corners: pixelCorners, point, node: point });
}

function pixelCorners([[x1, y1], [x2, y2]]: [XY, XY]): [XY, XY] {
	const [left, right, top, bottom] = [Math.min(x1, x2), Math.max(x1, x2), Math.min(y1, y2), Math.max(y1, y2)];
	if (Math.trunc(top) === Math.trunc(bottom) && Math.trunc(left) === Math.trunc(right)) {
		const pixel: XY = [Math.trunc(left), Math.trunc(top)];
		return [pixel, [...pixel]];
	}
	const start = [roundFrom(left, 0.7), roundFrom(top, 0.7)] as const;
	return [[...start], [Math.max(start[0], roundFrom(right, 0.3) - 1), Math.max(start[1], roundFrom(bottom, 0.3) - 1)]];
}

/** Rounds up from the given fraction on, and down below it. */
const roundFrom = (value: number, fraction: number): number =>
	value - Math.floor(value) >= fraction ? Math.ceil(value) : Math.floor(value);

type Rules = { corners: (corners: [XY, XY]) => [XY, XY]; point: (point: XY) => XY; node: (point: XY) => XY };

function convert(type: string, geometry: JsonObject, rules: Rules): JsonObject {
	switch (type) {
		case 'rectangle': {
			const found = shapes.rectangle.safeParse(geometry).data;
			return found
				? { ...found, points: { ...found.points, exterior: rules.corners(found.points.exterior) } }
				: geometry;
		}
		case 'oriented_bbox': {
			const found = shapes.oriented_bbox.safeParse(geometry).data;
			return found ? { ...found, points: rules.corners(found.points) } : geometry;
		}
		case 'polygon':
		case 'line':
		case 'point': {
			const found = shapes.points.safeParse(geometry).data;
			return found ? { ...found, points: convertContour(found.points, rules.point) } : geometry;
		}
		case 'multipolygon': {
			const found = shapes.multipolygon.safeParse(geometry).data;
			return found ? { ...found, parts: found.parts.map(part => convertContour(part, rules.point)) } : geometry;
		}
		case 'graph': {
			const found = shapes.graph.safeParse(geometry).data;
			if (!found) return geometry;
			const nodes = Object.entries(found.nodes).map(([name, node]) => [name, { ...node, loc: rules.node(node.loc) }]);
			return { ...found, nodes: Object.fromEntries(nodes) };
		}
		case 'bitmap':
		case 'alpha_mask': {
			const found = shapes.bitmap.safeParse(geometry).data;
			if (!found) return geometry;
			const [x, y] = found.bitmap.origin;
			return { ...found, bitmap: { ...found.bitmap, origin: [Math.floor(x), Math.floor(y)] } };
		}
		default:
			return geometry;
	}
}

const convertContour = <C extends z.infer<typeof contour>>(found: C, point: (point: XY) => XY): C => ({
	...found,
	exterior: found.exterior.map(point),
	interior: found.interior.map(hole => hole.map(point)),
});
