import { readdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { call, imagesProject, ok, png, serve, temporaryFolder, tinyMeta, upload } from '#test/supervisely-server.ts';

const label = (shape: string, geometry: object, extra: object = {}) => ({
	...{
		classTitle: `a ${shape}`,
		description: '',
		tags: [],
		geometryType: shape,
		shape,
		nnCreated: false,
		nnUpdated: false,
	},
	...geometry,
	...extra,
});
const box = (x1: number, y1: number, x2: number, y2: number) => ({
	points: {
		exterior: [
			[x1, y1],
			[x2, y2],
		],
		interior: [],
	},
});
const mask = async (width: number, height: number, x: number, y: number) => ({
	bitmap: { origin: [x, y], data: deflateSync(await png(width, height)).toString('base64') },
});

/** Annotates the image of {@link imagesProject} and returns the answer. */
async function annotate(objects: object[], tags: object[] = [], extra: object = {}) {
	const server = await serve();
	const { datasetId, imageId } = await imagesProject(server);
	const annotation = { description: '', size: { width: 64, height: 48 }, tags, objects, customBigData: {} };
	return call(server, 'annotations.bulk.add', { datasetId, annotations: [{ imageId, annotation }], ...extra });
}

test.each([
	[
		'every shape in bounds',
		async () => [
			label('rectangle', box(0, 0, 64, 48)),
			label('polygon', {
				points: {
					exterior: [
						[0.5, 0.5],
						[63.5, 0.5],
						[5, 47.5],
					],
					interior: [
						[
							[1, 1],
							[2, 1],
							[2, 2],
						],
					],
				},
			}),
			label('line', box(0.5, 0.5, 63.5, 47.5)),
			label('point', { points: { exterior: [[3.5, 4.5]], interior: [] } }),
			label('bitmap', await mask(64, 48, 0, 0)),
			label('oriented_bbox', {
				points: [
					[-5, -5],
					[30, 30],
				],
				angle: 0.5,
			}),
			label('any', box(1, 1, 2, 2), { geometryType: 'rectangle', shape: 'rectangle' }),
			label('any', { knots: [1, 2] }, { geometryType: 'spline', shape: 'spline' }),
			label('rectangle', box(1, 1, 5, 5), {
				classId: 424242,
				tags: [
					{ name: 'count', value: 1.5 },
					{ name: 'count', value: 2 },
				],
			}),
		],
	],
	['nothing', async () => []],
])('labels are taken: %s', async (_name, objects) => {
	const tags = [{ name: 'plain' }, { name: 'mood', value: 'wild' }, { name: 'day', value: '2026-01-02T03:04:05.000Z' }];
	const answer = await annotate(await objects(), tags);
	expect(answer.body).toEqual({ success: true });
});

test.each([
	['an unknown class', [label('rectangle', box(1, 1, 5, 5), { classTitle: 'nobody' })], /no class "nobody"/],
	['an unknown tag', [label('rectangle', box(1, 1, 5, 5), { tags: [{ name: 'nothing' }] })], /no tag "nothing"/],
	[
		'a geometry that the class does not take',
		[label('rectangle', box(1, 1, 5, 5), { classTitle: 'a polygon' })],
		/takes no rectangle/,
	],
	['geometryType and shape at odds', [label('rectangle', box(1, 1, 5, 5), { shape: 'polygon' })], /must be the same/],
	[
		'a rectangle of three points',
		[
			label('rectangle', {
				points: {
					exterior: [
						[1, 1],
						[2, 2],
						[3, 3],
					],
					interior: [],
				},
			}),
		],
		/points\.exterior/,
	],
	['a polygon of two points', [label('polygon', box(1, 1, 5, 5))], /points\.exterior/],
	['a line of one point', [label('line', { points: { exterior: [[1, 1]], interior: [] } })], /points\.exterior/],
	['a rectangle beyond the right', [label('rectangle', box(1, 1, 64.5, 5))], /out of the bounds/],
	['a rectangle beyond the top', [label('rectangle', box(1, -0.5, 5, 5))], /out of the bounds/],
	[
		'a point beyond the bottom',
		[label('point', { points: { exterior: [[1, 48.5]], interior: [] } })],
		/out of the bounds/,
	],
	['a bitmap that is not zlib', [label('bitmap', { bitmap: { origin: [0, 0], data: 'AAAA' } })], /zlib/],
	[
		'a bitmap without a PNG',
		[label('bitmap', { bitmap: { origin: [0, 0], data: deflateSync('no').toString('base64') } })],
		/PNG/,
	],
	['a number as text', [label('rectangle', box(1, 1, 5, 5), { tags: [{ name: 'count', value: '1' }] })], /any_number/],
	['a tag without its value', [label('rectangle', box(1, 1, 5, 5), { tags: [{ name: 'count' }] })], /any_number/],
	[
		'a value that is none of the allowed',
		[label('rectangle', box(1, 1, 5, 5), { tags: [{ name: 'mood', value: 'sad' }] })],
		/oneof_string/,
	],
	['a value where none may be', [label('rectangle', box(1, 1, 5, 5), { tags: [{ name: 'plain', value: 1 }] })], /none/],
	['a day that is no date', [label('rectangle', box(1, 1, 5, 5), { tags: [{ name: 'day', value: 'today' }] })], /date/],
])('labels are refused: %s', async (_name, objects, message) => {
	const answer = await annotate(objects);
	expect(answer.status).toBe(400);
	expect(answer.body.error).toMatch(message);
	expect(answer.body.details).toMatchObject({ type: 'BAD_REQUEST', message: answer.body.error });
});

test('a bitmap that reaches out of the image is refused, unless bounds are not to be looked at', async () => {
	const outside = [label('bitmap', await mask(10, 10, 55, 0))];
	expect((await annotate(outside)).body.error).toMatch(/out of the bounds/);
	expect((await annotate(outside, [], { skipBoundsValidation: true })).status).toBe(200);
});

test('one bad annotation keeps all of its request out', async () => {
	const server = await serve();
	const { datasetId, imageId, hash } = await imagesProject(server);
	const [other] = await ok(server, 'images.bulk.add', { datasetId, images: [{ title: 'two.png', hash }] });
	const annotation = (objects: object[]) => ({ description: '', size: { width: 64, height: 48 }, tags: [], objects });
	const answer = await call(server, 'annotations.bulk.add', {
		datasetId,
		annotations: [
			{ imageId, annotation: annotation([label('rectangle', box(1, 1, 5, 5))]) },
			{ imageId: other.id, annotation: annotation([label('rectangle', box(1, 1, 99, 5))]) },
		],
	});
	expect(answer.status).toBe(400);
	expect((await ok(server, 'images.info', { id: imageId })).labelsCount).toBe(0);
});

test('an image of another dataset cannot be annotated', async () => {
	const server = await serve();
	const { projectId, imageId } = await imagesProject(server);
	const other = await ok(server, 'datasets.add', { projectId, name: 'other' });
	const annotation = { size: { width: 64, height: 48 }, tags: [], objects: [] };
	const answer = await call(server, 'annotations.bulk.add', {
		datasetId: other.id,
		annotations: [{ imageId, annotation }],
	});
	expect(answer.status).toBe(400);
	expect(answer.body.error).toMatch(/not in dataset/);
});

test('names that are taken are named with the ids that have them, and nothing is added', async () => {
	const server = await serve();
	const { projectId, datasetId, imageId, hash } = await imagesProject(server);
	const answer = await call(server, 'images.bulk.add', {
		datasetId,
		images: [
			{ title: 'two.png', hash },
			{ title: 'one.png', hash },
		],
	});
	expect(answer.status).toBe(400);
	expect(answer.body.details).toMatchObject({ type: 'NONUNIQUE', errors: [{ name: 'one.png', id: imageId }] });
	expect((await ok(server, 'images.list', { datasetId })).total).toBe(1);

	expect((await call(server, 'datasets.add', { projectId, name: 'all', parentId: null })).body.details.errors).toEqual([
		{ name: 'all', id: datasetId },
	]);
	expect((await call(server, 'datasets.add', { projectId, name: 'all', parentId: datasetId })).status).toBe(200);
	expect(
		(await call(server, 'projects.add', { name: 'pictures', workspaceId: 1, type: 'images' })).body.details.errors,
	).toEqual([{ name: 'pictures', id: projectId }]);
});

test('images are refused with an unknown hash, a name twice, or in a videos project', async () => {
	const server = await serve();
	const { datasetId, hash } = await imagesProject(server);
	const add = (where: number, images: object[]) => call(server, 'images.bulk.add', { datasetId: where, images });
	expect((await add(datasetId, [{ title: 'x.png', hash: 'unheard' }])).status).toBe(400);
	expect(
		(
			await add(datasetId, [
				{ title: 'x.png', hash },
				{ title: 'x.png', hash },
			])
		).status,
	).toBe(400);
	const videos = await ok(server, 'projects.add', { name: 'v', workspaceId: 1, type: 'videos' });
	const dataset = await ok(server, 'datasets.add', { projectId: videos.id, name: 'd' });
	expect((await add(dataset.id, [{ title: 'x.png', hash }])).body.error).toMatch(/has no images/);
});

test('uploads that are no form are refused with a status that nobody retries', async () => {
	const server = await serve();
	const post = (type: string, body: string) =>
		fetch(`${server.address}/public/api/v3/images.bulk.upload`, {
			method: 'POST',
			headers: { 'x-api-key': server.token, 'content-type': type },
			body,
		});
	const form = '--b\r\nContent-Disposition: form-data; name="0-file"; filename="0"\r\n\r\nhalf a pict';
	for (const [type, body] of [
		['application/json', '{}'],
		['multipart/form-data', 'x'],
		['multipart/form-data; boundary=b', form],
	]) {
		const response = await post(type ?? '', body ?? '');
		expect(response.status).toBe(400);
		expect(await response.json()).toHaveProperty('details.message');
	}
	const [good, bad] = (await upload(server, [await png(2, 2), Buffer.from('not a picture')])).body;
	expect(good).toHaveProperty('hash');
	expect(bad).toHaveProperty('errors');
});

test.each(['projects.info', 'datasets.info', 'images.info', 'videos.info'])(
	'%s answers 404 for an id that does not exist',
	async method => {
		const answer = await call(await serve(), method, { id: 987 });
		expect(answer.status).toBe(404);
		expect(answer.body.error).toMatch(/987 is either archived, doesn't exist/);
	},
);

test.each([
	['a class twice', { classes: [tinyMeta.classes[0], tinyMeta.classes[0]], tags: [] }],
	['a class without colour', { classes: [{ title: 'x', shape: 'point' }] }],
	['a graph without its nodes', { classes: [{ title: 'x', shape: 'graph', color: '#000000' }] }],
	['values of a tag that takes none', { classes: [], tags: [{ name: 'x', value_type: 'none', values: [] }] }],
	['no classes', { tags: [] }],
	[
		'an existing class with another shape',
		{ ...tinyMeta, classes: [{ title: 'a rectangle', shape: 'point', color: '#000000' }] },
	],
	['the meta of another type of project', { ...tinyMeta, projectType: 'videos' }],
])('meta is refused: %s', async (_name, meta) => {
	const server = await serve();
	const { projectId } = await imagesProject(server);
	expect((await call(server, 'projects.meta.update', { id: projectId, meta })).status).toBe(400);
});

test('a class that labels have cannot be taken out of the meta', async () => {
	const server = await serve();
	const { projectId, datasetId, imageId } = await imagesProject(server);
	const annotation = { size: { width: 64, height: 48 }, tags: [], objects: [label('rectangle', box(1, 1, 5, 5))] };
	await ok(server, 'annotations.bulk.add', { datasetId, annotations: [{ imageId, annotation }] });
	const without = (title: string) => ({ ...tinyMeta, classes: tinyMeta.classes.filter(each => each.title !== title) });
	expect((await call(server, 'projects.meta.update', { id: projectId, meta: without('a rectangle') })).status).toBe(
		400,
	);
	expect((await call(server, 'projects.meta.update', { id: projectId, meta: without('a point') })).status).toBe(200);
});

test('without the token nothing is answered', async () => {
	const server = await serve();
	const { hash } = await imagesProject(server);
	const file = `/files/${Buffer.from(hash, 'base64').toString('hex')}/x`;
	for (const path of ['/public/api/v3/projects.list', '/public/api/v3/nothing', file, '/framefan/counters']) {
		for (const token of [undefined, 'wrong', server.token.slice(1)]) {
			const response = await fetch(server.address + path, { headers: token ? { 'x-api-key': token } : {} });
			expect(response.status).toBe(401);
			expect(await response.json()).toHaveProperty('error');
		}
	}
});

test.each([
	['{', 400],
	['[]', 400],
	['{"id":"1"}', 400],
	['{"id":1.5}', 400],
	['null', 400],
])('the body %s is refused', async (body, status) => {
	const server = await serve();
	const response = await fetch(`${server.address}/public/api/v3/projects.info`, {
		method: 'POST',
		headers: { 'x-api-key': server.token },
		body,
	});
	expect(response.status).toBe(status);
	expect(await response.json()).toHaveProperty('details.type', 'BAD_REQUEST');
});

test('an upload that breaks off leaves nothing behind, and the server goes on', async () => {
	const dataDir = await temporaryFolder();
	const server = await serve(dataDir);
	const socket = connect(Number(new URL(server.address).port), '127.0.0.1');
	const head = `POST /public/api/v3/images.bulk.upload HTTP/1.1\r\nHost: x\r\nx-api-key: ${server.token}\r\n`;
	socket.write(`${head}Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n\r\n`);
	socket.write('--b\r\nContent-Disposition: form-data; name="0-file"; filename="0"\r\n\r\nhalf a pict');
	const incoming = join(dataDir, 'blobs', 'incoming');
	while ((await readdir(incoming)).length === 0) await new Promise(resolve => setTimeout(resolve, 5));
	socket.destroy();
	while ((await readdir(incoming)).length > 0) await new Promise(resolve => setTimeout(resolve, 5));
	expect((await upload(server, [await png(2, 2)])).status).toBe(200);
});
