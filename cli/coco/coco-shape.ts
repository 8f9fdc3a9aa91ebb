import * as z from 'zod';
import { PermanentError } from '#shared/errors.ts';
import type { Size } from '#shared/size.ts';
import type { Contour } from '#shared/supervisely/labels/geometry/contour.ts';
import { readMask } from '#shared/supervisely/labels/geometry/mask-png.ts';
import { cutRaster, type PlacedRaster } from '#shared/supervisely/labels/geometry/placed-raster.ts';
import type { Point } from '#shared/supervisely/labels/geometry/plane.ts';
import { tightBox } from '#shared/supervisely/labels/geometry/raster.ts';
import type { StoredLabel } from '#shared/supervisely/remote/api.ts';
import { fillContours } from './fill-contours.ts';
import { type RunLengths, runLengthsOf } from './run-lengths.ts';

/** A label's fields in COCO: bounding box, area in pixels, and segmentation, which is empty for a rectangle. */
export type CocoShape = {
	bbox: [x: number, y: number, width: number, height: number];
	area: number;
	segmentation: number[][] | RunLengths;
};

const point = z.tuple([z.number(), z.number()]);
const ring = z.array(point).min(3);
const contour = z.object({ exterior: ring, interior: z.array(ring).default([]) });
const rectangle = z.object({ points: z.object({ exterior: z.tuple([point, point]) }) });
const polygon = z.object({ points: contour });
const multipolygon = z.object({ parts: z.array(contour).min(1) });
const bitmap = z.object({ bitmap: z.object({ origin: z.tuple([z.int(), z.int()]), data: z.string() }) });

type Convert = (label: StoredLabel, size: Size) => CocoShape | Promise<CocoShape>;

/** Converters by Supervisely's names of the geometries. */
const converters = new Map<string, Convert>([
	['rectangle', label => shapeOfBox(parsed(rectangle, label).points.exterior)],
	['polygon', (label, size) => shapeOfContours([parsed(polygon, label).points], size)],
	['multipolygon', (label, size) => shapeOfContours(parsed(multipolygon, label).parts, size)],
	[
		'bitmap',
		async (label, size) => {
			const { origin, data } = parsed(bitmap, label).bitmap;
			return shapeOfPixels({ origin, raster: (await readMask(data, 'set')).raster }, size);
		},
	],
]);

/** The shapes of classes whose labels COCO may support: its geometries, and `any`, which allows all geometries. */
export const cocoShapes: ReadonlySet<string> = new Set([...converters.keys(), 'any']);

/**
 * The shape of a label in COCO; undefined for a geometry that COCO doesn't support.
 * @param label in sub-pixel coordinates, as COCO's are
 * @param size of the image
 * @throws PermanentError `label` when the label can't be read or has no pixel on the image
 */
export async function cocoShapeOf(label: StoredLabel, size: Size): Promise<CocoShape | undefined> {
	return converters.get(label.geometryType)?.(label, size);
}

const parsed = <Schema extends z.ZodType>(schema: Schema, label: StoredLabel): z.output<Schema> => {
	const result = schema.safeParse(label);
	if (result.success) return result.data;
	throw new PermanentError('label', z.prettifyError(result.error));
};

const shapeOfBox = ([[x1, y1], [x2, y2]]: [Point, Point]): CocoShape => {
	const [width, height] = [Math.abs(x2 - x1), Math.abs(y2 - y1)];
	return { bbox: [Math.min(x1, x2), Math.min(y1, y2), width, height], area: width * height, segmentation: [] };
};

/** Contours as polygons. If one has holes, which COCO's polygons can't have, they are converted to run lengths. */
const shapeOfContours = (contours: Contour[], size: Size): CocoShape => {
	const rings = contours.map(({ exterior }) => exterior);
	if (contours.some(({ interior }) => interior.length > 0)) return shapeOfPixels(fillContours(contours, size), size);
	const [xs, ys] = [rings.flat().map(([x]) => x), rings.flat().map(([, y]) => y)];
	const [left, top, right, bottom] = [least(xs), least(ys), -least(xs.map(x => -x)), -least(ys.map(y => -y))];
	const area = rings.reduce((sum, each) => sum + areaOf(each), 0);
	return { bbox: [left, top, right - left, bottom - top], area, segmentation: rings.map(each => each.flat()) };
};

const least = (numbers: number[]): number => numbers.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);

/** The area of a ring that does not cross itself. */
const areaOf = (points: Point[]): number => {
	let twice = 0;
	let [x1, y1] = points.at(-1) as Point;
	for (const [x2, y2] of points) {
		twice += x1 * y2 - x2 * y1;
		[x1, y1] = [x2, y2];
	}
	return Math.abs(twice) / 2;
};

const shapeOfPixels = (placed: PlacedRaster, size: Size): CocoShape => {
	const inside = cutRaster(placed, size);
	const box = inside && tightBox(inside.raster);
	if (!inside || !box) throw new PermanentError('label', 'it has no pixel on the image');
	const [x, y] = inside.origin;
	const bbox: CocoShape['bbox'] = [x + box.left, y + box.top, box.right - box.left + 1, box.bottom - box.top + 1];
	return { bbox, ...runLengthsOf(inside, size) };
};
