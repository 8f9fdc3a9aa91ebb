import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { SuperviselyServer } from '#demo/server/server.ts';
import { call, imagesProject, ok, png, serve } from '#test/supervisely-server.ts';

/** Adds one figure to the image of {@link imagesProject}, on a server of its own. */
async function withFigure(shape: string, extra: object = {}) {
	const server = await serve();
	const project = await imagesProject(server);
	const meta = await ok(server, 'projects.meta', { id: project.projectId });
	const classId = meta.classes.find((each: { shape: string }) => each.shape === shape).id;
	const figure = { entityId: project.imageId, classId, shape, geometryType: shape, tags: [], ...extra };
	const answer = await call(server, 'figures.bulk.add', { datasetId: project.datasetId, figures: [figure] });
	return { server, ...project, answer };
}

const mask = async (width: number, x: number, y: number) => ({
	origin: [x, y],
	data: deflateSync(await png(width, 4)).toString('base64'),
});

async function uploadGeometry(server: SuperviselyServer, parts: [string, string, boolean][]) {
	const form = new FormData();
	for (const [name, value, file] of parts) {
		if (file) form.append(name, new Blob([value]), 'file');
		else form.append(name, value);
	}
	return fetch(`${server.address}/public/api/v3/figures.bulk.upload.geometry`, {
		method: 'POST',
		headers: { 'x-api-key': server.token },
		body: form,
	});
}

test('a multipolygon is added to the labels that are there', async () => {
	const parts = [
		{
			exterior: [
				[1.5, 2.5],
				[20.5, 2.5],
				[20.5, 22.5],
			],
			interior: [],
		},
	];
	const { server, imageId, answer } = await withFigure('multipolygon', {
		geometry: { parts },
		tags: [{ name: 'count', value: 2 }],
	});
	expect(answer.status).toBe(200);
	const { annotation } = await ok(server, 'annotations.info', { imageId, integerCoords: true });
	expect(annotation.objects).toMatchObject([
		{
			id: answer.body[0].id,
			classTitle: 'a multipolygon',
			parts: [
				{
					exterior: [
						[1, 2],
						[20, 2],
						[20, 22],
					],
				},
			],
			tags: [{ name: 'count', value: 2 }],
		},
	]);
});

test('an alpha mask comes in two steps, and is read back apart from its label', async () => {
	const { server, datasetId, imageId, answer } = await withFigure('alpha_mask');
	const [{ id }] = answer.body;
	const bitmap = await mask(10, 7, 5);
	expect(
		(
			await uploadGeometry(server, [
				['figureId', String(id), false],
				['geometry', JSON.stringify(bitmap), true],
			])
		).status,
	).toBe(200);

	const { annotation } = await ok(server, 'annotations.info', { imageId });
	expect(annotation.objects).toMatchObject([{ id, classTitle: 'a alpha_mask', geometryType: 'alpha_mask' }]);
	expect(annotation.objects[0]).not.toHaveProperty('bitmap');
	const response = await fetch(`${server.address}/public/api/v3/figures.bulk.download.geometry`, {
		method: 'POST',
		headers: { 'x-api-key': server.token },
		body: JSON.stringify({ ids: [id] }),
	});
	const form = await response.formData();
	expect([...form.entries()].map(([name, value]) => [name, JSON.parse(String(value))])).toEqual([[String(id), bitmap]]);

	await ok(server, 'annotations.bulk.add', {
		datasetId,
		annotations: [{ imageId, annotation: { size: { width: 64, height: 48 }, objects: [] } }],
	});
	expect((await call(server, 'figures.bulk.download.geometry', { ids: [id] })).status).toBe(404);
});

test.each([
	['a class id of another project', { classId: 999_999 }, /no class with id/],
	['a multipolygon without geometry', {}, /only that of an alpha mask/],
	[
		'a multipolygon out of bounds',
		{
			geometry: {
				parts: [
					{
						exterior: [
							[1, 1],
							[99, 1],
							[5, 5],
						],
					},
				],
			},
		},
		/out of the bounds/,
	],
	[
		'another shape than its class',
		{ shape: 'point', geometryType: 'point', geometry: { points: { exterior: [[1, 1]] } } },
		/takes no point/,
	],
])('a figure is refused: %s', async (_name, extra, message) => {
	const { answer } = await withFigure('multipolygon', extra);
	expect(answer.status).toBe(400);
	expect(answer.body.error).toMatch(message);
});

test('masks are refused out of bounds, out of turn, or for no figure, all or none', async () => {
	const { server, answer } = await withFigure('alpha_mask');
	const id = String(answer.body[0].id);
	const good = JSON.stringify(await mask(10, 7, 5));
	const outside = JSON.stringify(await mask(10, 60, 5));
	const status = async (...parts: [string, string, boolean][]) => (await uploadGeometry(server, parts)).status;
	expect(await status(['figureId', id, false], ['geometry', outside, true])).toBe(400);
	expect(await status(['geometry', good, true])).toBe(400);
	expect(await status(['figureId', id, false])).toBe(400);
	expect(await status(['figureId', id, false], ['geometry', '{', true])).toBe(400);
	expect(
		await status(
			['figureId', id, false],
			['geometry', good, true],
			['figureId', '987654', false],
			['geometry', good, true],
		),
	).toBe(404);
	expect((await call(server, 'figures.bulk.download.geometry', { ids: [Number(id)] })).status).toBe(400);
});
