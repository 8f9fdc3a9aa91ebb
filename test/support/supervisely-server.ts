import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { type SuperviselyServer, startSuperviselyServer } from '#demo/server/server.ts';

/** An empty folder that is gone after the test. */
export async function temporaryFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), 'framefan-'));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}

/** A server that is closed after the test, on an empty folder or on the one given. */
export async function serve(dataDir?: string): Promise<SuperviselyServer> {
	const server = await startSuperviselyServer({ dataDir: dataDir ?? (await temporaryFolder()) });
	onTestFinished(() => server.close().catch(() => {}));
	return server;
}

/** What a method of the server answered. */
// biome-ignore lint/suspicious/noExplicitAny: answers are looked at field by field, and a missing one fails the test
export type Answer = { status: number; body: any };

type Where = { address: string; token: string };

/** Calls a method with a JSON body. */
export async function call({ address, token }: Where, method: string, body: unknown): Promise<Answer> {
	const response = await fetch(`${address}/public/api/v3/${method}`, {
		method: 'POST',
		headers: { 'x-api-key': token, 'content-type': 'application/json' },
		body: JSON.stringify(body),
	});
	return { status: response.status, body: await response.json() };
}

/** The body of an answer that must be a success. */
export async function ok(where: Where, method: string, body: unknown): Promise<Answer['body']> {
	const answer = await call(where, method, body);
	if (answer.status !== 200) throw new Error(`${method}: ${answer.status} ${JSON.stringify(answer.body)}`);
	return answer.body;
}

/** Uploads files the way the SDK does. */
export async function upload({ address, token }: Where, files: Uint8Array[]): Promise<Answer> {
	const form = new FormData();
	for (const [i, file] of files.entries()) form.append(`${i}-file`, new Blob([new Uint8Array(file)]), String(i));
	const response = await fetch(`${address}/public/api/v3/images.bulk.upload`, {
		method: 'POST',
		headers: { 'x-api-key': token },
		body: form,
	});
	return { status: response.status, body: await response.json() };
}

/** A PNG of one colour. */
export function png(width: number, height: number, shade = 0): Promise<Buffer> {
	return sharp({ create: { width, height, channels: 3, background: { r: shade, g: 0, b: 0 } } })
		.png()
		.toBuffer();
}

/** Classes and tags that the tests label with. */
export const tinyMeta = {
	classes: [
		'rectangle',
		'polygon',
		'line',
		'point',
		'bitmap',
		'alpha_mask',
		'multipolygon',
		'any',
		'oriented_bbox',
		'cuboid',
	].map(shape => ({
		title: `a ${shape}`,
		shape,
		color: '#00ff00',
		id: 777,
	})),
	tags: [
		{ name: 'plain', value_type: 'none', id: 888 },
		{ name: 'count', value_type: 'any_number' },
		{ name: 'text', value_type: 'any_string' },
		{ name: 'mood', value_type: 'oneof_string', values: ['calm', 'wild'] },
		{ name: 'day', value_type: 'date' },
	],
};

/** An images project with {@link tinyMeta}, one dataset and one image of 64 x 48 pixels. */
export async function imagesProject(
	server: SuperviselyServer,
): Promise<{ projectId: number; datasetId: number; imageId: number; hash: string }> {
	const project = await ok(server, 'projects.add', { name: 'pictures', workspaceId: 1, type: 'images' });
	await ok(server, 'projects.meta.update', { id: project.id, meta: tinyMeta });
	const dataset = await ok(server, 'datasets.add', { projectId: project.id, name: 'all', parentId: null });
	const [{ hash }] = (await upload(server, [await png(64, 48)])).body;
	const [image] = await ok(server, 'images.bulk.add', { datasetId: dataset.id, images: [{ title: 'one.png', hash }] });
	return { projectId: project.id, datasetId: dataset.id, imageId: image.id, hash };
}
