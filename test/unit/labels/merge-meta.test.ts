import { describe, expect, test } from 'vitest';
import { tagsWrittenBy } from '../../../functions/shared/sampling/split-tag.ts';
import { mergeMeta } from '../../../functions/shared/supervisely/meta/merge-meta.ts';
import { parseProjectMeta, samplingTags } from '../../../functions/shared/supervisely/meta/project-meta.ts';

const ofClass = (title: string, shape: string, more: object = {}) => ({ title, shape, color: '#112233', ...more });
const tag = (name: string, value_type: string, more: object = {}) => ({ name, value_type, ...more });
const meta = (classes: object[], tags: object[] = []) => parseProjectMeta({ classes, tags, projectType: 'images' }, 7);
const empty = meta([]);
const names = (merged: ReturnType<typeof mergeMeta>) => [
	merged?.classes.map(({ title }) => title),
	merged?.tags.map(({ name }) => name),
];
const graph = (node: string) => ofClass('body', 'graph', { geometry_config: { nodes: { [node]: {} }, edges: [] } });

test('what only the source has comes first, then the destination, then the tags of sampling', () => {
	const classes = [ofClass('a', 'point', { id: 1 }), ofClass('b', 'line', { own: 1, id: 2 })];
	const source = meta(classes, [tag('x', 'none', { id: 3 })]);
	const theirs = [ofClass('a', 'point', { color: '#FFFFFF', id: 7 }), ofClass('c', 'any', { id: 8 })];
	const destination = meta(theirs, [tag('y', 'date', { id: 9 })]);
	const merged = mergeMeta(source, destination);
	expect(names(merged)).toEqual([
		['b', 'a', 'c'],
		['x', 'y', 'object_id', 'auto-tracked'],
	]);
	expect(merged?.classes[0]).toMatchObject({ own: 1 });
	expect(merged?.classes[1]?.color).toBe('#FFFFFF');
	expect(merged?.projectType).toBe('images');
	// Ids of one project mean nothing in another.
	expect(merged?.classes.map(({ id }) => id)).toEqual([undefined, 7, 8]);
	expect(merged?.tags.map(({ id }) => id)).toEqual([undefined, 9, undefined, undefined]);
});

test('the tags of sampling always have the same colours', () => {
	expect(mergeMeta(empty, empty)?.tags.map(({ color }) => color)).toEqual(['#8A5B0F', '#5A0F8A']);
});

test('a destination that has everything is left alone', () => {
	const source = meta([ofClass('a', 'point')], [tag('x', 'oneof_string', { values: ['1', '2'] })]);
	const tags = [tag('x', 'oneof_string', { values: ['2', '1'] }), ...samplingTags];
	expect(mergeMeta(source, meta([ofClass('a', 'any')], tags))).toBeUndefined();
});

describe('the tag of splits', () => {
	const written = tagsWrittenBy({ split: { by: 'video', seed: 0, train: 1 } });
	const valuesOf = (merged: ReturnType<typeof mergeMeta>) => merged?.tags.find(({ name }) => name === 'split')?.values;

	test('is added, and only where there are splits', () => {
		expect(mergeMeta(empty, empty, written)?.tags.at(-1)).toMatchObject({
			...{ name: 'split', value_type: 'oneof_string', values: ['train', 'val', 'test'], applicable_type: 'imagesOnly' },
		});
		expect(names(mergeMeta(empty, empty, tagsWrittenBy({})))[1]).toEqual(['object_id', 'auto-tracked']);
		expect(mergeMeta(empty, meta([], [...written]), written)).toBeUndefined();
	});
	test('gets the values that it lacks, and a repeat finds them', () => {
		const [mine, theirs] = [['dev'], ['test', 'other']].map(values =>
			meta([], [tag('split', 'oneof_string', { values, id: 7 }), ...samplingTags]),
		) as [ReturnType<typeof meta>, ReturnType<typeof meta>];
		const merged = mergeMeta(mine, theirs, written);
		expect(valuesOf(merged)).toEqual(['test', 'other', 'dev', 'train', 'val']);
		expect(merged?.tags.find(({ name }) => name === 'split')?.id).toBe(7);
		expect(mergeMeta(mine, meta([], merged?.tags), written)).toBeUndefined();
		expect(valuesOf(mergeMeta(mine, empty, written))).toEqual(['dev', 'train', 'val', 'test']);
	});
	test.each([
		[
			tag('split', 'any_string'),
			'The destination has tag "split" of type any_string, and sampling writes tag "split" of type oneof_string (train, val, test): rename the destination\'s tag',
		],
		[
			tag('split', 'oneof_string', { values: ['train'], applicable_type: 'objectsOnly' }),
			'The destination has tag "split" of type oneof_string (train) for objects only, and sampling writes tag "split" of type oneof_string (train, val, test) on images: rename',
		],
	])('of another kind is refused: %j', (theirs, message) => {
		expect(() => mergeMeta(empty, meta([], [theirs]), written)).toThrow(message);
		expect(() => mergeMeta(empty, meta([], [theirs]))).not.toThrow();
	});
});

describe('conflicts are refused with both definitions', () => {
	test.each([
		[
			meta([ofClass('car', 'polygon')]),
			meta([ofClass('car', 'rectangle')]),
			'The source has class "car" with shape polygon, the destination has class "car" with shape rectangle: rename or change the class',
		],
		[meta([graph('nose')]), meta([graph('tail')]), /template \{"nodes":\{"nose".*template \{"nodes":\{"tail"/],
		[
			meta([], [tag('x', 'none')]),
			meta([], [tag('x', 'oneof_string', { values: ['a', 'b'] })]),
			'The source has tag "x" of type none, the destination has tag "x" of type oneof_string (a, b): rename or change the tag',
		],
		[
			empty,
			meta([], [tag('object_id', 'any_string')]),
			'The destination has tag "object_id" of type any_string, and sampling writes tag "object_id" of type any_number',
		],
		[meta([], [tag('auto-tracked', 'any_number')]), empty, 'The source has tag "auto-tracked" of type any_number'],
	])('%#', (source, destination, message) => {
		expect(() => mergeMeta(source, destination)).toThrow(message);
	});
});

test.each([
	[{}, 'meta.classes is missing'],
	[{ classes: [{ title: 'a', color: '#112233' }] }, 'meta.classes[0].shape is missing'],
	[
		{ classes: [ofClass('a', 'point'), ofClass('a', 'line')] },
		'meta.classes[1].title is "a": another entry has this title',
	],
	[
		{ classes: [ofClass('a', 'graph', { geometry_config: {} })] },
		'meta.classes[0].geometry_config is {}: a graph class',
	],
	[{ classes: [], tags: [tag('a', 'number')] }, 'meta.tags[0].value_type is "number"'],
	[
		{ classes: [], tags: [tag('a', 'oneof_string')] },
		'meta.tags[0].values is missing: tags of type oneof_string need values',
	],
	[
		{ classes: [], tags: [tag('a', 'none', { values: ['b'] })] },
		'meta.tags[0].values is ["b"]: tags of type oneof_string need values',
	],
])('a malformed meta is refused by path and value: %j', (value, message) => {
	expect(() => parseProjectMeta(value, 7)).toThrow(`The meta of project 7 is malformed: ${message}`);
});

test('a colour that cannot be read does not cost a sampling', () => {
	expect(meta([ofClass('a', 'point', { color: 'red' })]).classes[0]?.color).toMatch(/^#[0-9A-F]{6}$/);
});
