import { expect, test } from 'vitest';
import { convertGeometry } from '../../../functions/shared/supervisely/labels/geometry/convert-geometry.ts';
import { convertOne, corners, faces, full, maskData, part, points, vertices, xy } from './shapes.ts';

/** Rings begin anywhere and go either way round. */
const normal = (geometry: unknown): unknown =>
	JSON.parse(JSON.stringify(geometry), (key, value) => (key === 'exterior' ? [...value].sort() : value));

test.each([
	['rectangle', points('-5,40 10,60'), [points('0,40 11,48')]],
	['polygon', points('50,10 80,10 80,20 50,20'), [points('50.5,10.5 63.5,10.5 63.5,20.5 50.5,20.5')]],
	['polygon', points('20,10 40,10 30,-10'), [points('20.5,10.5 40.5,10.5 35.5,0.5 25.5,0.5')]],
	[
		'polygon, cut apart',
		points('60,0 70,0 70,30 60,30 60,20 66,20 66,10 60,10'),
		[points('60.5,0.5 63.5,0.5 63.5,10.5 60.5,10.5'), points('60.5,20.5 63.5,20.5 63.5,30.5 60.5,30.5')],
	],
	['line', points('-10,5 5,5 70,5 70,10 3,10'), [points('0.5,5.5 5.5,5.5 63.5,5.5'), points('63.5,10.5 3.5,10.5')]],
	['line', points('3,0 9,0 9,-4'), [points('3.5,0.5 9.5,0.5')]],
	['line', points('3,2 73,2 3,12'), [points('3.5,2.5 63.5,2.5'), points('63.5,3.5 3.5,12.5')]],
	['line', points('-10,-10 20,20'), [points('0.5,0.5 20.5,20.5')]],
	['graph', { nodes: { a: { loc: [64, 3] }, b: { loc: [63, 3] } } }, [{ nodes: { b: { loc: [63.5, 3.5] } } }]],
	[
		'multipolygon',
		{ parts: [part('70,0 80,0 80,9'), part('1,1 4,1 4,4')] },
		[{ parts: [part('1.5,1.5 4.5,1.5 4.5,4.5')] }],
	],
])('%s: what lies on the picture is kept', async (type, geometry, expected) => {
	const { geometries, cut } = await convertGeometry(type.split(',')[0] as string, geometry, full, full);
	expect(cut).toBe(true);
	const sorted = (list: unknown[]) => list.map(each => JSON.stringify(normal(each))).sort();
	expect(sorted(geometries)).toEqual(sorted(expected));
});

test('a polygon keeps its holes, whichever way round they are', async () => {
	for (const hole of ['52,5 56,5 56,9 52,9', '52,9 56,9 56,5 52,5']) {
		const found = await convertOne('polygon', points('50,0 70,0 70,20 50,20', hole));
		expect((found as ReturnType<typeof points>).points.interior).toHaveLength(1);
	}
});

test('no point of a cut polygon that crosses itself lies beyond the picture', async () => {
	const crossing = points('-3,8 -19,1 27,20 0,0 2,9');
	const { geometries } = await convertGeometry('polygon', crossing, { width: 51, height: 18 }, full);
	const found = geometries.flatMap(each => (each as ReturnType<typeof points>).points.exterior.flat());
	expect(found.length).toBeGreaterThan(0);
	expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
});

test('a turned box needs only its centre on the picture', async () => {
	const { cut } = await convertGeometry('oriented_bbox', { points: xy('60,0 66,9'), angle: 0 }, full, full);
	expect(cut).toBe(false);
});

test.each([
	['point', points('64,3')],
	['rectangle', points('64,0 70,9')],
	['polygon', points('64,0 70,9 64,9')],
	['line', points('-1,0 -1,9')],
	['graph', { nodes: { a: { loc: [-1, 3] } } }],
	['multipolygon', { parts: [part('70,0 80,0 80,9')] }],
	['cuboid', { points: [...corners.slice(1), [64, 6]], faces }],
	['cuboid_2d', vertices([...corners.slice(1), [64, 6]])],
	['oriented_bbox', { points: xy('60,0 68,9'), angle: 0 }],
])('%s: refused when nothing can be kept', async (type, geometry) => {
	await expect(convertGeometry(type, geometry, full, full)).rejects.toThrow('outside the picture of 64 x 48');
});

test('a mask', async () => {
	const data = await maskData([
		[1, 0, 1],
		[0, 1, 1],
	]);
	expect(await convertOne('bitmap', { bitmap: { origin: [62, 46], data } })).toMatchObject({
		bitmap: { origin: [62, 46] },
	});
	expect(await convertOne('bitmap', { bitmap: { origin: [-1, 0], data } })).toMatchObject({
		bitmap: { origin: [0, 0] },
	});
	expect(await convertOne('bitmap', { bitmap: { origin: [-1, -1], data } })).toMatchObject({
		bitmap: { origin: [0, 0] },
	});
	for (const origin of [
		[60, 48],
		[-3, 0],
		[0, -2],
	]) {
		await expect(convertOne('bitmap', { bitmap: { origin, data } })).rejects.toThrow('outside the picture');
	}
});
