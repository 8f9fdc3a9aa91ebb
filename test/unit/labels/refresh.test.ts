import { expect, test } from 'vitest';
import { ok } from '#test/supervisely-server.ts';
import { full, maskData, part, points, xy } from './shapes.ts';
import { makeDestination, uploaderFor } from './uploader.ts';

const mask = {
	origin: [3, 4],
	data: await maskData([
		[255, 0],
		[255, 255],
	]),
};
const veil = {
	origin: [3, 4],
	data: await maskData([
		[9, 0],
		[200, 255],
	]),
};

/** Labels of most types, and what each is changed to. */
const changes: [type: string, before: unknown, after: unknown][] = [
	['rectangle', points('10,11 30,31'), points('10,11 30,32')],
	['polygon', points('1,1 40,1 40,40', '9,3 12,3 12,8'), points('1,1 40,1 40,40')],
	['line', points('1,1 40,1'), points('1,1 41,1')],
	['point', points('5,6'), points('6,6')],
	[
		'bitmap',
		{ bitmap: mask },
		{
			bitmap: {
				...mask,
				data: await maskData([
					[255, 255],
					[255, 255],
				]),
			},
		},
	],
	[
		'alpha_mask',
		{ bitmap: veil },
		{
			bitmap: {
				...veil,
				data: await maskData([
					[9, 0],
					[201, 255],
				]),
			},
		},
	],
	['multipolygon', { parts: [part('1,1 9,1 9,9')] }, { parts: [part('1,1 9,1 9,8')] }],
	['oriented_bbox', { points: xy('10,11 30,31'), angle: 1 }, { points: xy('10,11 30,31'), angle: 1.01 }],
];
const all = changes.map(([type, before]): [string, unknown] => [type, before]);
const tags = [{ name: 'count', value: 4 }, { name: 'plain' }];

test('labels that are there already are not written again', async () => {
	const destination = await makeDestination(120);
	const shapes = destination.imageIds.map(() => all);
	const first = await uploaderFor(destination, shapes, { tags });
	await first.refresh();
	const [written, before] = [destination.writes(), destination.server.counters()];
	expect(written).toBe(3);
	const second = await uploaderFor(destination, shapes, { tags: tags.toReversed() });
	await second.refresh();
	const after = destination.server.counters();
	for (const endpoint of ['annotations.bulk.add', 'figures.bulk.add', 'figures.bulk.upload.geometry']) {
		expect(after[endpoint]?.requests, endpoint).toBe(before[endpoint]?.requests);
	}
	expect(after['annotations.bulk.info']?.requests).toBe((before['annotations.bulk.info']?.requests ?? 0) + 3);
	expect(second.uploader.labels()).toBe(first.uploader.labels());
});

test.each(changes)('a %s that has changed is written, and no other image', async (type, _, after) => {
	const destination = await makeDestination(3);
	const [left, changed, right] = destination.imageIds as [number, number, number];
	const ids = async (image: number) => (await destination.labelsOf(image)).map(({ id }) => id);
	await (await uploaderFor(destination, [all, all, all])).refresh();
	const before = [await ids(left), await ids(changed), await ids(right)];
	const other = all.map(([of, geometry]): [string, unknown] => [of, of === type ? after : geometry]);
	await (await uploaderFor(destination, [all, other, all])).refresh();
	// Every label that is written gets a new id.
	expect([await ids(left), await ids(right)]).toEqual([before[0], before[2]]);
	expect(await ids(changed)).toHaveLength(all.length);
	expect((await ids(changed)).filter(id => before[1]?.includes(id))).toEqual([]);
	const writes = destination.writes();
	await (await uploaderFor(destination, [all, other, all])).refresh();
	expect(destination.writes()).toBe(writes);
});

test.each([
	['a tag with another value', { tags: [{ name: 'count', value: 5 }, { name: 'plain' }] }],
	['one tag less', { tags: [{ name: 'plain' }] }],
	['another object', { tags, objectIds: 700 }],
])('%s is a change', async (_, more) => {
	const destination = await makeDestination();
	const shapes: [string, unknown][][] = [[['point', points('5,6')]]];
	await (await uploaderFor(destination, shapes, { tags })).refresh();
	await (await uploaderFor(destination, shapes, more)).refresh();
	expect(destination.writes()).toBe(2);
});

test('a mask that the server packs otherwise is the same mask', async () => {
	const destination = await makeDestination();
	await (await uploaderFor(destination, [[['bitmap', { bitmap: mask }]]])).refresh();
	// A pixel more on each side, none of them set.
	const wider = {
		origin: [2, 3],
		data: await maskData([
			[0, 0, 0, 0],
			[0, 9, 0, 0],
			[0, 7, 1, 0],
			[0, 0, 0, 0],
		]),
	};
	await (await uploaderFor(destination, [[['bitmap', { bitmap: wider }]]])).refresh();
	expect(destination.writes()).toBe(1);
});

test('an alpha mask whose mask never came is written again', async () => {
	const destination = await makeDestination();
	const shapes: [string, unknown][][] = [[['alpha_mask', { bitmap: veil }]]];
	await (await uploaderFor(destination, shapes)).refresh();
	const [label] = await destination.labelsOf(destination.imageIds[0] as number);
	const { datasetId, server, imageIds, meta } = destination;
	const { id: classId } = meta.classes.find(({ shape }) => shape === 'alpha_mask') as { id: number };
	const empty = { size: full, tags: [], objects: [] };
	await ok(server, 'annotations.bulk.add', { datasetId, annotations: [{ imageId: imageIds[0], annotation: empty }] });
	await ok(server, 'figures.bulk.add', {
		datasetId,
		figures: [{ entityId: imageIds[0], classId, geometryType: 'alpha_mask', tags: label?.tags }],
	});
	const writes = destination.writes();
	await (await uploaderFor(destination, shapes)).refresh();
	expect(destination.writes()).toBe(writes + 1);
	await (await uploaderFor(destination, shapes)).refresh();
	expect(destination.writes()).toBe(writes + 1);
});

test('labels of an image that was resized before are for its size', async () => {
	const half = { width: 32, height: 24 };
	const destination = await makeDestination(1, half);
	const shapes: [string, unknown][][] = [[['rectangle', points('10,11 30,31')]]];
	await (await uploaderFor(destination, shapes, { imageSize: half })).refresh();
	const [label] = await destination.labelsOf(destination.imageIds[0] as number);
	expect(label?.points.exterior).toEqual(xy('5,6 15,16'));
});

test('labels whose size was told unturned are not stretched', async () => {
	const upright = { width: 48, height: 64 };
	const destination = await makeDestination(1, upright);
	const shapes: [string, unknown][][] = [[['rectangle', points('10,11 30,31')]]];
	const { uploader, refresh } = await uploaderFor(destination, shapes, { size: full, imageSize: upright });
	await refresh();
	const [label] = await destination.labelsOf(destination.imageIds[0] as number);
	expect(label?.points.exterior).toEqual(xy('10,11 30,31'));
	expect(uploader.notes()).toEqual([
		'a video: its labels are for pictures of 64 x 48 pixels, its pictures have 48 x 64: label coordinates are kept',
	]);
});
