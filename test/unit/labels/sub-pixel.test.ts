import { expect, test } from 'vitest';
import { convertGeometry } from '../../../functions/shared/supervisely/labels/geometry/convert-geometry.ts';
import { convertOne, corners, faces, full, part, points, vertices, xy } from './shapes.ts';

const centres = (locations: [number, number][]) => locations.map(([x, y]): [number, number] => [x + 0.5, y + 0.5]);

test.each([
	['rectangle', points('10,11 30,31'), points('10,11 31,32')],
	['rectangle', points('30.9,11.2 10.9,31.8'), points('10,11 31,32')],
	['point', points('3,4'), points('3.5,4.5')],
	['line', points('1,2 20,2 20,22'), points('1.5,2.5 20.5,2.5 20.5,22.5')],
	['polygon', points('1,2 20,2 20,22', '5,4 8,4 8,8'), points('1.5,2.5 20.5,2.5 20.5,22.5', '5.5,4.5 8.5,4.5 8.5,8.5')],
	['polygon', points('1,2 20,2'), points('1.5,2.5 20.5,2.5 20.5,2.5')],
	['multipolygon', { parts: [{ exterior: xy('1,2 20,2 20,22') }] }, { parts: [part('1.5,2.5 20.5,2.5 20.5,22.5')] }],
	[
		'graph',
		{ nodes: { nose: { loc: [3, 4] }, tail: { loc: [5.9, 6], disabled: true } } },
		{ nodes: { nose: { loc: [3.5, 4.5] }, tail: { loc: [5.5, 6.5], disabled: true } } },
	],
	['cuboid', { points: corners, faces }, { points: centres(corners), faces }],
	['cuboid_2d', { ...vertices(corners), position: { x: 1 } }, { ...vertices(corners), position: { x: 1 } }],
	['oriented_bbox', { points: xy('10,11 30,31'), angle: 0.5 }, { points: xy('10,11 31,32'), angle: 0.5 }],
	['spline', { ...points('1,2'), bend: 3 }, { ...points('1.5,2.5'), bend: 3 }],
	[
		'spline',
		{ parts: [part('1,2')], nodes: { a: { loc: [1, 2] } } },
		{ parts: [part('1.5,2.5')], nodes: { a: { loc: [1.5, 2.5] } } },
	],
	['spline', { bitmap: { origin: [1.5, 2], data: 'x' } }, { bitmap: { origin: [1, 2], data: 'x' } }],
	['spline', { points: [[1, 2]], id: 4, tags: 'x' }, { points: [[1, 2]] }],
])('%s to sub-pixel coordinates', async (type, geometry, expected) => {
	expect(await convertOne(type, geometry)).toEqual(expected);
});

test.each([
	['rectangle', points('1,2'), 'geometry.points.exterior is [[1,2]]: '],
	[
		'rectangle',
		{
			points: {
				exterior: [
					[1, 2],
					[3, 'x'],
				],
			},
		},
		'geometry.points.exterior[1][1] is "x": ',
	],
	['polygon', { points: { exterior: [] } }, 'geometry.points is {"exterior":[]}: expected points'],
	['polygon', { points: xy('1,2') }, 'geometry.points is [[1,2]]: '],
	['line', points('1,2'), 'geometry.points.exterior is [[1,2]]: '],
	['point', points('1,2 3,4'), 'geometry.points.exterior is [[1,2],[3,4]]: '],
	['point', points('1e300,2'), 'geometry.points.exterior[0][0] is 1e+300: '],
	['point', null, 'geometry is null: '],
	['graph', { nodes: {} }, 'geometry.nodes is {}: expected nodes'],
	['graph', { nodes: { a: { loc: [1] } } }, 'geometry.nodes.a.loc is [1]: '],
	['cuboid', { points: xy('1,2'), faces }, 'geometry.faces[0][1] is 1: expected the index of one of 1 points'],
	['cuboid_2d', { vertices: {} }, 'geometry.vertices.face1-topleft is missing'],
	['oriented_bbox', { points: xy('1,2 3,4') }, 'geometry.angle is missing'],
	['multipolygon', { parts: [part('1,2')] }, 'expected rings of 3 points or more'],
	['bitmap', { bitmap: { origin: [0, 0], data: 'AAAA' } }, 'geometry.bitmap.data holds neither zlib data nor a PNG'],
	['bitmap', { bitmap: { origin: [0, 0] } }, 'geometry.bitmap.data is missing'],
	['multichannelBitmap', { multichannelBitmap: { origin: [0, 0], data: 'x' } }, 'is not base64 of zlib data'],
	['spline', 'x', 'geometry is "x": '],
])('a malformed %s is refused by path and value: %j', async (type, geometry, message) => {
	await expect(convertGeometry(type, geometry, full, full)).rejects.toMatchObject({
		reason: 'label',
		message: expect.stringContaining(message),
	});
});

const inSpace = ['cuboid_3d', 'point_3d', 'polyline_3d', 'point_cloud', 'mesh', 'mask_3d', 'closed_surface_mesh'];
test.each(inSpace)('%s is refused', async type => {
	await expect(convertGeometry(type, {}, full, full)).rejects.toThrow('a 3D geometry cannot be drawn on a frame');
});
