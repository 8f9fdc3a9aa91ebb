import { describe, expect, test } from 'vitest';
import { annotateFrame } from '../../../functions/shared/supervisely/labels/frame-annotation.ts';
import { labelsOf, labelsSchema } from '../../../functions/shared/supervisely/labels/labels.ts';
import { parseProjectMeta } from '../../../functions/shared/supervisely/meta/project-meta.ts';
import { annotationOf, corners, faces, full, half, maskData, part, points, vertices } from './shapes.ts';

const template = { nodes: { nose: { label: 'nose', loc: [0, 0], color: '#000000' } }, edges: [] };
const meta = parseProjectMeta(
	{
		classes: [
			{ id: 1, title: 'car', shape: 'rectangle', color: '#112233' },
			{ id: 2, title: 'thing', shape: 'any', color: '#112233' },
			{ id: 3, title: 'fog', shape: 'alpha_mask', color: '#112233' },
			{ id: 4, title: 'pair', shape: 'multipolygon', color: '#112233' },
			{ id: 5, title: 'body', shape: 'graph', color: '#112233', geometry_config: template },
		],
		tags: [
			{ name: 'plain', value_type: 'none' },
			{ name: 'count', value_type: 'any_number' },
			{ name: 'text', value_type: 'any_string' },
			{ name: 'mood', value_type: 'oneof_string', values: ['calm', 'wild'] },
			{ name: 'day', value_type: 'date' },
			{ name: 'object_id', value_type: 'any_number' },
			{ name: 'auto-tracked', value_type: 'none' },
		],
	},
	7,
);

const rectangle = points('10,11 30,31');
const labelled = {
	classTitle: 'car',
	description: '',
	geometryType: 'rectangle',
	shape: 'rectangle',
	nnCreated: false,
	nnUpdated: false,
};

/** The labels of frame 2 of a video of 64 x 48 pixels whose annotation has these parts. */
const annotate = async (
	parts: { tags?: unknown[]; objects?: unknown[]; figures?: unknown[] },
	size = full,
	index = 2,
) => {
	const annotation = await annotationOf({
		size: full,
		framesCount: 12,
		tags: parts.tags ?? [],
		objects: parts.objects ?? [{ id: 400, classId: 1, classTitle: 'car', tags: [], labelerLogin: 'joe' }],
		frames: [{ index: 2, figures: parts.figures ?? [] }],
	});
	return annotateFrame(labelsSchema.parse(labelsSchema.encode(labelsOf(annotation.slice([index]), meta))), index, {
		from: full,
		to: size,
	});
};
const figure = (more: object = {}) => ({
	id: 500,
	objectId: 400,
	geometryType: 'rectangle',
	geometry: rectangle,
	...more,
});
const thing = (geometryType: string, geometry: unknown) => ({
	objects: [{ id: 400, classTitle: 'thing', tags: [] }],
	figures: [figure({ geometryType, geometry })],
});

test('a label, in sub-pixel coordinates, with the id of its object and the mark of the tracker', async () => {
	const { annotation, faults, notes, specialFigures } = await annotate({
		figures: [figure({ trackId: '', classId: 9 })],
	});
	expect(annotation).toEqual({
		description: '',
		size: { height: 48, width: 64 },
		tags: [],
		objects: [
			{
				...labelled,
				...points('10,11 31,32'),
				tags: [
					{ name: 'object_id', value: 400 },
					{ name: 'auto-tracked', labelerLogin: 'joe' },
				],
			},
		],
		customBigData: {},
	});
	expect([faults, notes, specialFigures]).toEqual([[], [], []]);
});

test('labels and size follow a resized picture', async () => {
	const { annotation } = await annotate({ figures: [figure()] }, half);
	expect(annotation.size).toEqual({ height: 24, width: 32 });
	expect(annotation.objects[0]?.points).toEqual(points('5,6 16,17').points);
});

describe('tags', () => {
	test('hold by frame range, both ends included; unfinished ones where they begin', async () => {
		const ranges = [
			[0, 1],
			[0, 2],
			[2, 9],
			[3, 9],
		];
		const tags = [
			...ranges.map((frameRange, at) => ({ name: 'count', value: at, frameRange })),
			{ name: 'text', value: 'begins here', frameRange: [2, 9], isFinished: false },
			{ name: 'text', value: 'began before', frameRange: [1, 9], isFinished: false },
			{ name: 'text', value: 'everywhere', labelerLogin: 'ann' },
		];
		const expected = [
			{ name: 'count', value: 1 },
			{ name: 'count', value: 2 },
			{ name: 'text', value: 'begins here' },
			{ name: 'text', value: 'everywhere', labelerLogin: 'ann' },
		];
		const objects = [{ id: 400, classTitle: 'car', tags }];
		const { annotation } = await annotate({ tags, objects, figures: [figure()] });
		expect(annotation.tags).toEqual(expected);
		expect(annotation.objects[0]?.tags).toEqual([...expected, { name: 'object_id', value: 400 }]);
	});

	test('of one name stand together, names in the order of their first', async () => {
		const tags = ['text', 'plain', 'text'].map(name => ({ name, value: name === 'text' ? 'a' : null }));
		const { annotation } = await annotate({ tags });
		expect(annotation.tags.map(({ name }) => name)).toEqual(['text', 'text', 'plain']);
	});

	test('are on frames without figures too', async () => {
		const { annotation } = await annotate({ tags: [{ name: 'plain' }] }, full, 5);
		expect(annotation).toMatchObject({ tags: [{ name: 'plain' }], objects: [] });
	});

	test.each([
		['count', null, 'The video: tag "count" of type any_number has no value: it was left unfinished'],
		['count', true, 'tag "count" of type any_number can\'t have the value true'],
		['text', 5, 'tag "text" of type any_string can\'t have the value 5'],
		['mood', 'tired', 'tag "mood" of type oneof_string can\'t have the value "tired"'],
		['day', 'soon', 'tag "day" of type date can\'t have the value "soon"'],
		['plain', 'x', 'tag "plain" of type none can\'t have the value "x"'],
		['strange', null, 'tag "strange": the destination has no such tag'],
	])('%s with the value %j is a fault, and all else stays', async (name, value, message) => {
		const tags = [
			{ name, value },
			{ name: 'day', value: '2024-05-01T10:00:00Z' },
		];
		const { annotation, faults } = await annotate({ tags, figures: [figure()] });
		expect(faults).toEqual([{ reason: 'label', message: expect.stringContaining(message) }]);
		expect(annotation.tags).toEqual([tags[1]]);
		expect(annotation.objects).toHaveLength(1);
	});

	test('of an object are told of with the figure', async () => {
		const objects = [{ id: 400, classTitle: 'car', tags: [{ name: 'count', value: null }] }];
		const { annotation, faults } = await annotate({ objects, figures: [figure()] });
		expect(faults[0]?.message).toMatch(/^Figure 500 \(rectangle, class "car"\): tag "count" .* unfinished$/);
		expect(annotation.objects).toHaveLength(1);
	});
});

describe('a figure that cannot be carried over is a fault, and the others stay', () => {
	test.each([
		['of no object', figure({ objectId: 9 }), 'Figure 500 (rectangle, without class): there is no object 9'],
		['malformed', { ...figure(), geometryType: null }, 'A figure: figure.geometryType is null: '],
		['no object at all', null, 'A figure: figure is null: '],
		['without geometry', figure({ geometry: null }), 'Figure 500 (rectangle, class "car"): geometry is null: '],
		['beyond the picture', figure({ geometry: points('70,0 80,9') }), 'it lies outside the picture of 64 x 48'],
		['of another type', figure({ geometryType: 'point' }), 'its class has the shape rectangle in the destination'],
	])('%s', async (_, bad, message) => {
		const { annotation, faults } = await annotate({ figures: [bad, figure()] });
		expect(faults).toEqual([{ reason: 'label', message: expect.stringContaining(message) }]);
		expect(annotation.objects).toHaveLength(1);
	});

	test('in space, under a class of any shape', async () => {
		const { faults } = await annotate(thing('cuboid_3d', {}));
		expect(faults[0]?.message).toBe('Figure 500 (cuboid_3d, class "thing"): a 3D geometry cannot be drawn on a frame');
	});

	test('of a class that the destination does not have', async () => {
		const objects = [{ id: 400, classTitle: 'ghost', tags: [] }];
		const { faults } = await annotate({ objects, figures: [figure()] });
		expect(faults[0]?.message).toBe('Figure 500 (rectangle, class "ghost"): the destination has no such class');
	});

	test('with a node whose name no object can have', async () => {
		const nodes = JSON.parse('{"__proto__": {"loc": [1, 2]}, "nose": {"loc": [1, 2]}}');
		const { faults } = await annotate(thing('graph', { nodes }));
		expect(faults[0]?.message).toContain('geometry.nodes is {');
		expect(faults[0]?.message).toContain('no node can be called __proto__');
	});

	test('with a node that its template does not have', async () => {
		const objects = [{ id: 400, classTitle: 'body', tags: [] }];
		const nodes = { nose: { loc: [1, 2] }, wing: { loc: [1, 2] } };
		const { faults } = await annotate({ objects, figures: [figure({ geometryType: 'graph', geometry: { nodes } })] });
		expect(faults[0]?.message).toContain('its node "wing" is not in the template of its class');
	});
});

test('a figure that reaches beyond the picture is cut, and a note says so', async () => {
	const { annotation, faults, notes } = await annotate({ figures: [figure({ geometry: points('60,0 70,9') })] });
	expect(annotation.objects[0]?.points).toEqual(points('60,0 64,10').points);
	expect(faults).toEqual([]);
	expect(notes).toEqual([
		'Figure 500 (rectangle, class "car") extends beyond the picture of 64 x 48: the part inside is kept',
	]);
});

test.each([
	['graph', { nodes: { a: { loc: [1, 2] } } }],
	['cuboid_2d', vertices(corners)],
	['cuboid', { points: corners, faces }],
	['spline', { bend: [1, 2], tags: 'hers', classTitle: 'hers' }],
])('%s under a class of any shape', async (type, geometry) => {
	const { annotation, faults } = await annotate(thing(type, geometry));
	expect(faults).toEqual([]);
	expect(annotation.objects).toMatchObject([
		{ classTitle: 'thing', shape: type, tags: [{ name: 'object_id', value: 400 }] },
	]);
});

test('alpha masks and multipolygons go their own way, also those of a class of any shape', async () => {
	const bitmap = { origin: [1, 2], data: await maskData([[7]]) };
	const parts = [part('1,1 5,1 5,5')];
	const objects = ['fog', 'pair', 'thing'].map((classTitle, at) => ({ id: 400 + at, classTitle, tags: [] }));
	const { annotation, specialFigures, faults } = await annotate({
		objects,
		figures: [
			figure({ geometryType: 'alpha_mask', geometry: { bitmap } }),
			figure({ geometryType: 'multipolygon', geometry: { parts }, objectId: 401 }),
			figure({ geometryType: 'alpha_mask', geometry: { bitmap }, objectId: 402 }),
		],
	});
	expect(faults).toEqual([]);
	expect(annotation.objects).toEqual([]);
	expect(specialFigures).toMatchObject([
		{ head: { classTitle: 'fog', classId: 3, shape: 'alpha_mask', tags: [{ value: 400 }] }, geometry: { bitmap } },
		{ head: { classTitle: 'pair', classId: 4 }, geometry: { parts: [part('1.5,1.5 5.5,1.5 5.5,5.5')] } },
		{ head: { classTitle: 'thing', classId: 2, shape: 'alpha_mask' }, geometry: { bitmap } },
	]);
});

test.each([
	[{ size: { width: 0, height: 1 } }, 'annotation.size.width is 0: '],
	[
		{
			objects: [
				{ id: 1, classTitle: 'a' },
				{ id: 1, classTitle: 'b' },
			],
		},
		'annotation.objects[1].id is 1: another object has this id',
	],
	[{ tags: [{ name: 'a', frameRange: [0.5, 2] }] }, 'annotation.tags[0].frameRange[0] is 0.5: '],
	[{ frames: 3 }, 'annotation.frames is 3: '],
	[{ frames: [{ index: 0 }, { index: -1 }] }, 'annotation.frames[1].index is -1: '],
])('a malformed annotation is refused by path and value: %j', async (part, message) => {
	const value = { size: full, tags: [], objects: [], frames: [], ...part };
	await expect(annotationOf(value)).rejects.toThrow(message);
});
