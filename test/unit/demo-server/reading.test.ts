import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { parseByteRange } from '#shared/byte-range.ts';
import { call, imagesProject, ok, png, serve, tinyMeta, upload } from '#test/supervisely-server.ts';

test.each([
	[undefined, 'whole'],
	['bytes=0-', { first: 0, last: 99 }],
	['bytes=10-19', { first: 10, last: 19 }],
	['bytes=90-1000', { first: 90, last: 99 }],
	['bytes=-30', { first: 70, last: 99 }],
	['bytes=-300', { first: 0, last: 99 }],
	['bytes=100-', 'unsatisfiable'],
	['bytes=-0', 'unsatisfiable'],
	['bytes=20-10', 'whole'],
	['bytes=0-1,5-6', 'whole'],
	['lines=1-2', 'whole'],
])('the range %s of 100 bytes is %j', (header, range) => {
	expect(parseByteRange(header, 100)).toEqual(range);
});

test('a file URL gives the whole file, a part of it, or 416', async () => {
	const server = await serve();
	const { imageId } = await imagesProject(server);
	const { fullStorageUrl, size } = await ok(server, 'images.info', { id: imageId });
	const get = (range?: string) =>
		fetch(fullStorageUrl, { headers: { 'x-api-key': server.token, ...(range ? { range } : {}) } });
	const whole = Buffer.from(await (await get()).arrayBuffer());
	expect(whole).toEqual(await png(64, 48));

	const part = await get('bytes=5-9');
	expect(part.status).toBe(206);
	expect(part.headers.get('content-range')).toBe(`bytes 5-9/${size}`);
	expect(part.headers.get('accept-ranges')).toBe('bytes');
	expect(Buffer.from(await part.arrayBuffer())).toEqual(whole.subarray(5, 10));
	expect(Buffer.from(await (await get('bytes=-4')).arrayBuffer())).toEqual(whole.subarray(-4));

	const beyond = await get(`bytes=${size}-`);
	expect(beyond.status).toBe(416);
	expect(beyond.headers.get('content-range')).toBe(`bytes */${size}`);

	const unknown = await fetch(`${server.address}/files/${'0'.repeat(64)}/x`, {
		headers: { 'x-api-key': server.token },
	});
	expect(unknown.status).toBe(404);
});

test('lists are paged, filtered and sorted, with exact totals', async () => {
	const server = await serve();
	const { projectId, datasetId, hash } = await imagesProject(server);
	const images = Array.from({ length: 1200 }, (_, i) => ({ title: `${i}.png`, hash }));
	await ok(server, 'images.bulk.add', { datasetId, images });
	const first = await ok(server, 'images.list', { projectId: null, datasetId });
	expect(first).toMatchObject({ total: 1201, perPage: 500, pagesCount: 3 });
	const third = await ok(server, 'images.list', { datasetId, page: 3, per_page: 500 });
	expect(third.entities).toHaveLength(201);
	expect((await ok(server, 'images.list', { datasetId, per_page: 7 })).pagesCount).toBe(172);

	const names = async (...filter: object[]) =>
		(await ok(server, 'images.list', { datasetId, filter, sort: 'id' })).entities.map(
			(each: { name: string }) => each.name,
		);
	const { id } = first.entities[3];
	expect(await names({ field: 'name', operator: '=', value: '7.png' })).toEqual(['7.png']);
	expect(await names({ field: 'name', operator: 'in', value: ['7.png', '9.png', 'none'] })).toEqual(['7.png', '9.png']);
	expect(
		await names({ field: 'id', operator: '<=', value: id }, { field: 'id', operator: '>', value: id - 2 }),
	).toEqual(['1.png', '2.png']);
	const last = await ok(server, 'images.list', { projectId, sort: 'id', sort_order: 'desc', per_page: 1 });
	expect(last.entities[0].name).toBe('1199.png');
	expect((await call(server, 'images.list', { datasetId, filter: [{ field: 'nothing', value: 1 }] })).status).toBe(400);
	expect(
		(await call(server, 'images.list', { datasetId, filter: [{ field: 'id', operator: '~', value: 1 }] })).status,
	).toBe(400);
});

test('an empty list is one empty page', async () => {
	expect(await ok(await serve(), 'projects.list', {})).toEqual({ total: 0, perPage: 500, pagesCount: 1, entities: [] });
});

test('datasets are listed at the top, everywhere, or below one', async () => {
	const server = await serve();
	const { projectId, datasetId } = await imagesProject(server);
	const child = await ok(server, 'datasets.add', {
		projectId,
		name: 'child',
		parentId: datasetId,
		customData: { a: 1 },
	});
	await ok(server, 'datasets.add', { projectId, name: 'grandchild', parentId: child.id });
	const names = async (body: object) =>
		(await ok(server, 'datasets.list', { projectId, ...body })).entities.map((each: { name: string }) => each.name);
	expect(await names({ filter: [], recursive: false })).toEqual(['all']);
	expect(await names({ filter: [], recursive: true })).toEqual(['all', 'child', 'grandchild']);
	expect(await names({ filter: [{ field: 'parentId', operator: '=', value: datasetId }], recursive: true })).toEqual([
		'child',
	]);
	expect(await ok(server, 'datasets.info', { id: child.id })).toMatchObject({
		parentId: datasetId,
		customData: { a: 1 },
	});
	expect((await ok(server, 'datasets.list', { projectId, recursive: true })).entities[1]).not.toHaveProperty(
		'customData',
	);
});

test('annotations are replaced, and read in both systems of coordinates with their own ids', async () => {
	const server = await serve();
	const { projectId, datasetId, imageId } = await imagesProject(server);
	const rectangle = (right: number) => ({
		...{ classTitle: 'a rectangle', classId: 777, geometryType: 'rectangle', shape: 'rectangle' },
		points: {
			exterior: [
				[10, 11],
				[right, 32],
			],
			interior: [],
		},
		tags: [{ name: 'count', value: 3, labelerLogin: 'ann' }],
	});
	for (const right of [20, 31]) {
		const annotation = { size: { width: 64, height: 48 }, tags: [{ name: 'plain' }], objects: [rectangle(right)] };
		await ok(server, 'annotations.bulk.add', { datasetId, annotations: [{ imageId, annotation }] });
	}
	const meta = await ok(server, 'projects.meta', { id: projectId });
	const read = async (integerCoords: boolean) =>
		(await ok(server, 'annotations.bulk.info', { datasetId, imageIds: [imageId], integerCoords }))[0];
	const subPixel = await read(false);
	expect(subPixel).toMatchObject({
		imageId,
		imageName: 'one.png',
		annotation: { size: { width: 64, height: 48 }, tags: [{ name: 'plain' }] },
	});
	expect(subPixel.annotation.objects).toHaveLength(1);
	expect(subPixel.annotation.objects[0]).toMatchObject({
		classId: meta.classes[0].id,
		points: {
			exterior: [
				[10, 11],
				[31, 32],
			],
			interior: [],
		},
		tags: [{ name: 'count', value: 3, tagId: meta.tags[1].id, labelerLogin: 'ann' }],
	});
	expect(meta.classes[0].id).not.toBe(777);
	expect((await read(true)).annotation.objects[0].points.exterior).toEqual([
		[10, 11],
		[30, 31],
	]);
	expect(await ok(server, 'annotations.info', { imageId, integerCoords: false })).toEqual(subPixel);
});

test('posted again, a meta keeps the ids of classes and tags', async () => {
	const server = await serve();
	const { projectId } = await imagesProject(server);
	const before = await ok(server, 'projects.meta', { id: projectId });
	const after = await ok(server, 'projects.meta.update', {
		id: projectId,
		meta: { ...tinyMeta, classes: [...tinyMeta.classes].reverse() },
	});
	expect(after.classes.toReversed()).toEqual(before.classes);
	expect(after.tags).toEqual(before.tags);
});

test('an image is there once however often it is uploaded, and stands under many names', async () => {
	const server = await serve();
	const { datasetId } = await imagesProject(server);
	const picture = await png(8, 8, 200);
	const [{ hash }] = (await upload(server, [picture])).body;
	expect((await upload(server, [picture, picture])).body).toEqual([{ hash }, { hash }]);
	expect(await ok(server, 'images.internal.hashes.list', [hash, 'other'])).toEqual([hash]);
	const added = await ok(server, 'images.bulk.add', {
		datasetId,
		images: [
			{ title: 'a.png', hash, meta: { frame_index: 3 } },
			{ name: 'b.png', hash },
		],
	});
	expect(added).toMatchObject([
		{ name: 'a.png', mime: 'image/png', width: 8, height: 8, size: picture.length, meta: { frame_index: 3 } },
		{ name: 'b.png', hash },
	]);
});

test('a TLS greeting on the plain port is hung up on at once', async () => {
	const server = await serve();
	const socket = connect(Number(new URL(server.address).port), '127.0.0.1');
	socket.write(Buffer.from('16030100c8010000c40303', 'hex'));
	const started = performance.now();
	await once(socket.resume(), 'close');
	expect(performance.now() - started).toBeLessThan(1000);
});
