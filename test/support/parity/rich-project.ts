import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { writeNpy } from '../../../functions/shared/supervisely/labels/geometry/npy.ts';
import type { Point } from '../../../functions/shared/supervisely/labels/geometry/plane.ts';
import type { FigureSpec, ObjectSpec, TagSpec, VideoSpec } from './annotation-file.ts';
import type { DatasetFolder } from './video-project.ts';

/** Of all videos, in pixels, as they are seen. */
export const size = { width: 64, height: 48 };

const color = '#11AA33';
const classOf = (title: string, shape: string, more: object = {}) => ({
	title,
	shape,
	color,
	geometry_config: {},
	hotkey: '',
	description: '',
	...more,
});
const node = (label: string, at: Point) => ({ label, loc: at, color });
const template = {
	nodes: { nose: node('nose', [0, 0]), left: node('left', [10, 10]), right: node('right', [20, 10]) },
	edges: [{ src: 'nose', dst: 'left', color }],
};
const tagOf = (name: string, type: string, more: object = {}) => ({
	name,
	value_type: type,
	color: '#AA1133',
	hotkey: '',
	applicable_type: 'all',
	classes: [],
	target_type: 'all',
	...more,
});

/** A class for each geometry that the SDK can bring onto an image, and tags of every type. */
export const richMeta = {
	classes: [
		classOf('car', 'rectangle', { hotkey: 'c', description: 'moves' }),
		classOf('field', 'polygon'),
		classOf('lane', 'line'),
		classOf('spot', 'point'),
		classOf('blob', 'bitmap'),
		classOf('fog', 'alpha_mask'),
		classOf('spectrum', 'multichannelBitmap'),
		classOf('body', 'graph', { geometry_config: template }),
		classOf('crate', 'cuboid_2d'),
		classOf('plane', 'oriented_bbox'),
		classOf('pair', 'multipolygon'),
		classOf('thing', 'any'),
	],
	tags: [
		tagOf('sunny', 'none'),
		tagOf('speed', 'any_number', { applicable_type: 'objectsOnly', classes: ['car'] }),
		tagOf('note', 'any_string'),
		tagOf('mood', 'oneof_string', { values: ['calm', 'wild'], target_type: 'framesOnly' }),
		tagOf('day', 'date'),
	],
	projectType: 'videos',
};

/** `data` of a mask whose rows are given as values. */
export async function maskData(rows: number[][]): Promise<string> {
	const raw = { width: rows[0]?.length ?? 0, height: rows.length, channels: 1 as const };
	return deflateSync(await sharp(Buffer.from(rows.flat()), { raw }).toColourspace('b-w').png().toBuffer()).toString(
		'base64',
	);
}

const grid = (width: number, height: number, value: (x: number, y: number) => number): number[][] =>
	Array.from({ length: height }, (_, y) => Array.from({ length: width }, (_, x) => value(x, y)));

/** Points written as `1,2 20,2 20,22`. */
export function xy(text: string): Point[] {
	return text.split(' ').map(pair => pair.split(',').map(Number) as Point);
}

export function figure(geometryType: string, geometry: object, more: Partial<FigureSpec> = {}): FigureSpec {
	return {
		geometryType,
		geometry,
		...more,
	};
}

export function ofPoints(exterior: Point[], ...interior: Point[][]) {
	return { points: { exterior, interior } };
}

const corners = (x: number, y: number): Point[] => [
	[x, y],
	[x + 9, y],
	[x + 9, y + 7],
	[x, y + 7],
	[x + 4, y + 3],
	[x + 13, y + 3],
	[x + 13, y + 10],
	[x + 4, y + 10],
];
const vertexNames = ['face1', 'face2'].flatMap(face =>
	['topleft', 'topright', 'bottomright', 'bottomleft'].map(corner => `${face}-${corner}`),
);

export function vertices(at: Point[]) {
	return Object.fromEntries(vertexNames.map((name, number) => [name, { loc: at[number] }]));
}

/** Objects of all geometries, which move a little from frame to frame; some lie on the picture's edges. */
const richObjects = async (): Promise<ObjectSpec[]> => {
	const blob = await maskData(grid(9, 7, (x, y) => Number(x > 0 || y > 0) * 255));
	// Two corners, both missed by the pixels that a smaller picture takes.
	const speck = await maskData(grid(7, 7, (x, y) => Number(x === y && x % 6 === 0) * 255));
	const fog = await maskData(grid(8, 6, (x, y) => (x + 1) * (y + 1) * 5));
	const numbers = Buffer.from(grid(5, 4, (x, y) => x * 16 + y).flatMap(row => row.flatMap(n => [n, 255 - n])));
	const raster = { width: 5, height: 4, pixelBytes: 2, data: numbers };
	const spectrum = writeNpy({ raster, type: '|u1', count: 2 });
	const step = (frame: number) => frame % 10;
	const always = (classTitle: string, shape: (frame: number) => FigureSpec, more: Partial<ObjectSpec> = {}) => ({
		classTitle,
		figure: shape,
		...more,
	});
	const carTags: TagSpec[] = [
		{ name: 'note', value: 'of an object', labelerLogin: 'bob' },
		{ name: 'speed', value: 7.5, frameRange: [0, 4], labelerLogin: 'ann' },
		{ name: 'mood', value: 'wild', frameRange: [3, 3] },
		{ name: 'speed', value: 9, frameRange: [4, 8], isFinished: false },
		{ name: 'speed', value: 12, frameRange: [2, 5] },
	];
	return [
		always(
			'car',
			frame =>
				figure(
					'rectangle',
					ofPoints([
						[30, 31],
						[step(frame), 11],
					]),
					{ trackId: 'tracker' },
				),
			{
				tags: carTags,
				labelerLogin: 'joe',
			},
		),
		{
			classTitle: 'car',
			// Every third frame, all of the picture.
			figure: frame => (frame % 3 === 0 ? figure('rectangle', ofPoints(xy('0,0 63,47'))) : undefined),
		},
		always('field', frame =>
			figure(
				'polygon',
				ofPoints(
					[
						[20, 5],
						[50, 5 + step(frame)],
						[50, 30],
						[20, 30],
					],
					xy('25,10 30,10 30,16'),
					xy('33,18 40,18 40,24 33,24'),
				),
				{ trackId: '' },
			),
		),
		always('field', () => figure('polygon', ofPoints(xy('40,20 63,20 63,47 50,30')))),
		always('lane', frame =>
			figure(
				'line',
				ofPoints([
					[0, 40],
					[30, 35 - step(frame)],
					[63, 47],
				]),
			),
		),
		always('spot', frame => figure('point', ofPoints([[5 + step(frame), 7]])), {
			tags: [{ name: 'day', value: '2024-05-01T10:00:00.000Z' }],
		}),
		always('spot', () => figure('point', ofPoints(xy('63,47')))),
		always('blob', frame => figure('bitmap', { bitmap: { origin: [40 + step(frame), 38], data: blob } })),
		always('blob', () => figure('bitmap', { bitmap: { origin: [57, 41], data: speck } })),
		always('fog', frame => figure('alpha_mask', { bitmap: { origin: [7, 5 + step(frame)], data: fog } }), {
			tags: [{ name: 'sunny' }],
		}),
		always('spectrum', frame =>
			figure('multichannelBitmap', { multichannelBitmap: { origin: [3 + step(frame), 9], data: spectrum } }),
		),
		always('body', frame =>
			figure('graph', {
				nodes: { nose: { loc: [9, 8 + step(frame)] }, left: { loc: [2, 30], disabled: true }, right: { loc: [33, 3] } },
			}),
		),
		always('crate', frame => figure('cuboid_2d', { vertices: vertices(corners(20 + step(frame), 20)), face: 'face1' })),
		always('plane', frame =>
			figure('oriented_bbox', {
				points: xy('20,20 44,31'),
				angle: 0.1 * step(frame),
			}),
		),
		always('pair', frame =>
			figure('multipolygon', {
				parts: [
					{
						exterior: xy('2,2 14,2 14,12'),
						interior: [],
					},
					{
						exterior: [
							[30, 30],
							[50, 30],
							[50, 44 - step(frame)],
							[30, 44],
						],
						interior: [xy('34,32 40,32 40,34')],
					},
				],
			}),
		),
		always('thing', frame =>
			figure(
				'polygon',
				ofPoints([
					[3, 3],
					[9, 3],
					[9, 9 + step(frame)],
				]),
			),
		),
		{
			classTitle: 'thing',
			figure: frame => (frame % 2 === 0 ? figure('alpha_mask', { bitmap: { origin: [50, 3], data: fog } }) : undefined),
		},
		always('thing', () => figure('spline', ofPoints(xy('3,3 60,40')))),
	];
};

const videoTags: TagSpec[] = [
	{ name: 'note', value: 'all of it', labelerLogin: 'bob' },
	{ name: 'sunny', frameRange: [1, 2] },
	{ name: 'mood', value: 'calm', frameRange: [0, 3] },
	{ name: 'mood', value: 'wild', frameRange: [2, 6] },
	{ name: 'day', value: '2024-05-01', frameRange: [5, 50], isFinished: false },
];

/** A project with all that the SDK can bring over: nested datasets, one of them empty, and a video without labels. */
export async function richDatasets(): Promise<DatasetFolder[]> {
	const objects = await richObjects();
	const labels = (frames: number): VideoSpec => ({
		size,
		frames,
		tags: videoTags,
		objects: objects.map(object => ({
			...object,
			// Frames that somebody touched and left without figures.
			figure: frame => (frame % 5 === 4 ? undefined : object.figure(frame)),
		})),
		untouched: frame => frame % 4 === 1,
	});
	return [
		{
			path: ['day'],
			videos: [
				{ name: 'exact.mkv', frames: 56, encoding: 'exact', labels: labels(56) },
				{ name: 'lossy.mp4', frames: 12, encoding: 'lossy', labels: labels(12) },
			],
		},
		{ path: ['day', 'dusk'], videos: [] },
		{
			path: ['day', 'dusk', 'night'],
			videos: [{ name: 'turned.mp4', frames: 12, encoding: 'lossy', turned: true, labels: labels(12) }],
		},
		{ path: ['quiet'], videos: [{ name: 'unlabelled.mp4', frames: 10, encoding: 'lossy', labels: null }] },
	];
}
