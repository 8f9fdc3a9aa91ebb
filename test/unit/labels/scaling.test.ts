import { describe, expect, test } from 'vitest';
import { convertGeometry } from '../../../functions/shared/supervisely/labels/geometry/convert-geometry.ts';
import { roundHalfToEven } from '../../../functions/shared/supervisely/labels/geometry/plane.ts';
import { convertOne, corners, full, half, points, vertices, xy } from './shapes.ts';

test.each([
	[0.5, 0],
	[1.5, 2],
	[2.5, 2],
	[5.5, 6],
	[2.51, 3],
	[-0.5, 0],
	[-1.5, -2],
	[-2.4, -2],
])('%d is rounded to %d', (value, expected) => {
	expect(roundHalfToEven(value) + 0).toBe(expected);
});

const halved = corners.map(([x, y]): [number, number] => [x / 2, y / 2]);

/** Values that the SDK's own resizing gave, 64 x 48 to 32 x 24, in sub-pixel coordinates. */
test.each([
	['rectangle', points('10,11 30,31'), points('5,6 16,17')],
	['rectangle', points('0,0 63,47'), points('0,0 32,24')],
	['polygon', points('1,1 5,3 7,5 9,7'), points('0.5,0.5 2.5,2.5 4.5,2.5 4.5,4.5')],
	['line', points('1,1 5,3 7,5 9,7'), points('0.5,0.5 2.5,2.5 4.5,2.5 4.5,4.5')],
	['point', points('7,5'), points('4.5,2.5')],
	['point', points('63,47'), points('31.5,23.5')],
	['graph', { nodes: { a: { loc: [7, 5] } } }, { nodes: { a: { loc: [4.5, 2.5] } } }],
	['cuboid_2d', { ...vertices(corners), face: 'face1' }, { ...vertices(halved), face: 'face1' }],
	['oriented_bbox', { points: xy('10,11 30,31'), angle: 7 }, { points: xy('5,6 16,17'), angle: 7 }],
	['oriented_bbox', { points: xy('63,47 63,47'), angle: 1 }, { points: xy('31,23 32,24'), angle: 1 }],
	['spline', points('7,5'), points('4.5,2.5')],
])('%s to half the size', async (type, geometry, expected) => {
	expect(await convertOne(type, geometry, full, half)).toEqual(expected);
});

test('an unknown type with something in it that may be a place is refused', async () => {
	await expect(convertGeometry('spline', { ...points('7,5'), bend: 3 }, full, half)).rejects.toThrow(
		"the type is not known, so geometry.bend can't follow the resized picture",
	);
});

describe('a turned box on a picture that is resized unequally', () => {
	type Turned = { points: [[number, number], [number, number]]; angle: number };
	const from = { width: 400, height: 400 };
	const flat = { width: 400, height: 200 };

	test('at a right angle it has the exact place', async () => {
		const turned = { points: xy('100,150 300,250'), angle: Math.PI / 2 };
		expect(await convertOne('oriented_bbox', turned, from, flat)).toEqual({
			points: xy('150,50 251,151'),
			angle: expect.closeTo(Math.PI / 2, 12),
		});
	});

	test.each([
		['wide', '100,180 300,220', Math.PI / 4 + 2 * Math.PI, 0],
		['tall', '180,100 220,300', -0.3, Math.PI / 2],
	])(
		'%s: its longer axis goes where that of the shape goes, and its area is scaled',
		async (_, box, angle, longAxis) => {
			const found = (await convertOne('oriented_bbox', { points: xy(box), angle }, from, flat)) as Turned;
			const [[left, top], [right, bottom]] = found.points;
			const [width, height] = [right - 1 - left, bottom - 1 - top];
			expect([(left + right - 1) / 2, (top + bottom - 1) / 2]).toEqual([200, 100]);
			expect(Math.abs(width * height - 200 * 40 * 0.5)).toBeLessThan(width + height);
			expect(Math.abs(found.angle - angle)).toBeLessThan(Math.PI / 2);
			const end = Math.max(width, height) / 2;
			const [x, y] = [Math.cos(found.angle + longAxis) * end, Math.sin(found.angle + longAxis) * end];
			expect(Math.abs(x - Math.cos(angle + longAxis) * 100)).toBeLessThan(1);
			expect(Math.abs(y - (Math.sin(angle + longAxis) * 100) / 2)).toBeLessThan(1);
		},
	);
});
