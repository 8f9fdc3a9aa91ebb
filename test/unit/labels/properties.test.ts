import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Size } from '#shared/size.ts';
import { annotateFrame } from '../../../functions/shared/supervisely/labels/frame-annotation.ts';
import { convertGeometry } from '../../../functions/shared/supervisely/labels/geometry/convert-geometry.ts';
import { readMask } from '../../../functions/shared/supervisely/labels/geometry/mask-png.ts';
import type { Point } from '../../../functions/shared/supervisely/labels/geometry/plane.ts';
import { labelsOf } from '../../../functions/shared/supervisely/labels/labels.ts';
import { parseProjectMeta, samplingTags } from '../../../functions/shared/supervisely/meta/project-meta.ts';
import { annotationOf, faces, maskData, pointOn, sizes, vertices } from './shapes.ts';

type Figure = { type: string; geometry: Record<string, unknown> };

/** What no object in JavaScript can have; such a graph is refused. */
const nodeNames = fc.string().filter(name => name !== '__proto__');

/** Figures of every type that is made of points, on a picture or up to `margin` pixels beyond it. */
const figureOn = (size: Size, margin = 0): fc.Arbitrary<Figure> => {
	const at = pointOn(size, margin);
	const ring = fc.array(at, { minLength: 3, maxLength: 9 });
	const of = (type: string, geometry: fc.Arbitrary<Record<string, unknown>>) =>
		geometry.map(each => ({ type, geometry: each }));
	const ofPoints = (type: string, exterior: fc.Arbitrary<Point[]>) =>
		of(type, fc.record({ points: fc.record({ exterior, interior: fc.constant([]) }) }));
	const some = (length: number) => fc.array(at, { minLength: length, maxLength: length });
	return fc.oneof(
		ofPoints('rectangle', some(2)),
		ofPoints('polygon', ring),
		ofPoints('line', fc.array(at, { minLength: 2, maxLength: 9 })),
		ofPoints('point', some(1)),
		of('multipolygon', fc.record({ parts: fc.array(fc.record({ exterior: ring }), { minLength: 1, maxLength: 3 }) })),
		of('graph', fc.record({ nodes: fc.dictionary(nodeNames, fc.record({ loc: at }), { minKeys: 1 }) })),
		of('cuboid', fc.record({ points: some(8), faces: fc.constant(faces) })),
		of('cuboid_2d', some(8).map(vertices)),
		of('oriented_bbox', fc.record({ points: some(2), angle: fc.double({ min: -9, max: 9, noNaN: true }) })),
	);
};

const onPicture = (margin = 0) =>
	fc
		.tuple(sizes, sizes)
		.chain(([from, to]) => fc.record({ from: fc.constant(from), to: fc.constant(to), figure: figureOn(from, margin) }));

/** Every `[x, y]` in a geometry, wherever it is. */
const placesIn = (value: unknown): Point[] => {
	if (Array.isArray(value) && value.length === 2 && value.every(each => typeof each === 'number'))
		return [value as Point];
	return typeof value === 'object' && value !== null ? Object.values(value).flatMap(placesIn) : [];
};

const centreOf = (corners: Point[]): Point => {
	const [[x1, y1], [x2, y2]] = corners as [Point, Point];
	return [(x1 + x2) / 2, (y1 + y2) / 2];
};

const expectInside = (type: string, geometry: Record<string, unknown>, { width, height }: Size) => {
	const { faces: _, ...placed } = geometry;
	const places = placesIn(placed);
	// A turned box may reach beyond with all but its centre.
	for (const [x, y] of type === 'oriented_bbox' ? [centreOf(places)] : places) {
		expect(x).toBeGreaterThanOrEqual(0);
		expect(y).toBeGreaterThanOrEqual(0);
		expect(x).toBeLessThanOrEqual(width);
		expect(y).toBeLessThanOrEqual(height);
	}
};

test('a figure on the source picture is one figure on the resized one, inside of it', async () => {
	await fc.assert(
		fc.asyncProperty(onPicture(), async ({ from, to, figure: { type, geometry } }) => {
			const { geometries, cut } = await convertGeometry(type, geometry, from, to);
			expect(geometries).toHaveLength(1);
			expect(cut).toBe(false);
			expectInside(type, geometries[0] as Record<string, unknown>, to);
		}),
		{ numRuns: 1000 },
	);
});

test('a figure that reaches beyond the picture is cut, and said to be, or refused, never lost', async () => {
	await fc.assert(
		fc.asyncProperty(onPicture(20), async ({ from, to, figure: { type, geometry } }) => {
			const converted = await convertGeometry(type, geometry, from, to).catch((error: Error) => error);
			if (converted instanceof Error) {
				expect(converted).toMatchObject({ reason: 'label', message: expect.stringContaining('outside') });
				return;
			}
			expect(converted.geometries).not.toHaveLength(0);
			for (const each of converted.geometries) expectInside(type, each, to);
			const { faces: _, ...placed } = geometry;
			const inside = placesIn(placed).every(([x, y]) => x >= 0 && y >= 0 && x < from.width && y < from.height);
			if (type !== 'oriented_bbox') expect(converted.cut).toBe(!inside);
		}),
		{ numRuns: 2000 },
	);
});

test('at the same size nothing moves', async () => {
	const back: Record<string, (at: Point, corner: number) => Point> = {
		rectangle: ([x, y], corner) => [x - corner, y - corner],
		oriented_bbox: ([x, y], corner) => [x - corner, y - corner],
		cuboid_2d: at => at,
	};
	await fc.assert(
		fc.asyncProperty(onPicture(), async ({ from, figure: { type, geometry } }) => {
			const [converted] = (await convertGeometry(type, geometry, from, from)).geometries;
			const toPixel = back[type] ?? (([x, y]: Point): Point => [x - 0.5, y - 0.5]);
			const found = placesIn({ ...converted, faces: 0 }).map(toPixel);
			const given = placesIn({ ...geometry, faces: 0 });
			if (type !== 'rectangle' && type !== 'oriented_bbox') {
				expect(found).toEqual(given);
				return;
			}
			const [[x1, y1], [x2, y2]] = given as [Point, Point];
			expect(found).toEqual([
				[Math.min(x1, x2), Math.min(y1, y2)],
				[Math.max(x1, x2), Math.max(y1, y2)],
			]);
		}),
		{ numRuns: 500 },
	);
});

test('every figure of a frame is a label or a fault, whatever is wrong with it', async () => {
	const size = { width: 40, height: 30 };
	const wrong = fc.constantFrom<Partial<Record<string, unknown>>>(
		{ objectId: 2 },
		{ objectId: 'one' },
		{ geometryType: 'cuboid_3d' },
		{ geometryType: 7 },
		{ geometry: null },
		{ geometry: { points: {} } },
		{ geometry: { bitmap: { origin: [0, 0], data: 'x' } } },
	);
	const entry = fc.tuple(figureOn(size, 20), fc.option(wrong)).map(([{ type, geometry }, harm]) => {
		return { objectId: 1, geometryType: type, geometry, ...harm };
	});
	const meta = parseProjectMeta({ classes: [{ title: 'thing', shape: 'any', color: '#112233', id: 5 }] }, 1);
	await fc.assert(
		fc.asyncProperty(fc.array(fc.oneof(entry, fc.constant(null)), { maxLength: 6 }), async given => {
			// Figures arrive as JSON, which has no -0.
			const figures: unknown[] = JSON.parse(
				JSON.stringify(given.map((figure, id) => (figure ? { ...figure, id } : figure))),
			);
			const objects = [{ id: 1, classTitle: 'thing' }];
			const annotation = await annotationOf({ size, tags: [], objects, frames: [{ index: 0, figures }] });
			const labels = labelsOf(annotation.slice([0]), { ...meta, tags: [...samplingTags.map(tag => ({ ...tag }))] });
			const whole = await annotateFrame(labels, 0, { from: size, to: { width: 31, height: 77 } });
			const alone = await Promise.all(
				figures.map(async figure => {
					const one = { ...labels, annotation: { ...labels.annotation, frames: [{ index: 0, figures: [figure] }] } };
					return annotateFrame(one, 0, { from: size, to: { width: 31, height: 77 } });
				}),
			);
			for (const { annotation: own, specialFigures, faults } of alone) {
				expect(own.objects.length + specialFigures.length + faults.length).toBeGreaterThan(0);
			}
			// None has an influence on another.
			expect(whole.annotation.objects).toEqual(alone.flatMap(each => each.annotation.objects));
			expect(whole.faults).toEqual(alone.flatMap(each => each.faults));
		}),
		{ numRuns: 300 },
	);
});

const masks = fc
	.tuple(fc.integer({ min: 1, max: 24 }), fc.integer({ min: 1, max: 24 }))
	.chain(([width, height]) =>
		fc.array(fc.array(fc.constantFrom(0, 0, 1, 255), { minLength: width, maxLength: width }), {
			minLength: height,
			maxLength: height,
		}),
	)
	.filter(rows => rows.flat().some(value => value !== 0));

const maskOf = async (type: string, rows: number[][], origin: Point, from: Size, to: Size) => {
	const bitmap = { origin, data: await maskData(rows) };
	const { geometries, cut } = await convertGeometry(type, { bitmap }, from, to);
	const found = (geometries[0] as { bitmap: { origin: Point; data: string } }).bitmap;
	return {
		cut,
		origin: found.origin,
		raster: (await readMask(found.data, type === 'bitmap' ? 'set' : 'alpha')).raster,
	};
};

test('a mask is never empty and never leaves the picture', async () => {
	await fc.assert(
		fc.asyncProperty(
			masks,
			sizes,
			fc.nat(70),
			fc.nat(70),
			fc.constantFrom('bitmap', 'alpha_mask'),
			async (rows, to, x, y, type) => {
				const from = { width: 100, height: 100 };
				const { cut, origin, raster } = await maskOf(type, rows, [x, y], from, to);
				expect(cut).toBe(false);
				expect(raster.data.some(value => value !== 0)).toBe(true);
				expect(Math.min(...origin)).toBeGreaterThanOrEqual(0);
				expect(origin[0] + raster.width).toBeLessThanOrEqual(to.width);
				expect(origin[1] + raster.height).toBeLessThanOrEqual(to.height);
			},
		),
		{ numRuns: 300 },
	);
});

test('the area of a mask is scaled with the picture', async () => {
	const side = fc.integer({ min: 20, max: 40 });
	const from = { width: 100, height: 100 };
	const scaled = fc.record({ width: fc.integer({ min: 50, max: 200 }), height: fc.integer({ min: 50, max: 200 }) });
	await fc.assert(
		fc.asyncProperty(side, side, scaled, async (width, height, to) => {
			const rows = Array.from({ length: height }, (_, row) =>
				Array.from({ length: width }, (_, column) => Number(row < height / 2 || column < width / 2)),
			);
			const area = rows.flat().filter(Boolean).length;
			const { raster } = await maskOf('bitmap', rows, [10, 10], from, to);
			const expected = area * (to.width / 100) * (to.height / 100);
			const found = raster.data.filter(Boolean).length;
			// At most half a row and half a column come or go at each edge.
			expect(Math.abs(found - expected)).toBeLessThanOrEqual(2 * (raster.width + raster.height));
		}),
		{ numRuns: 60 },
	);
});
