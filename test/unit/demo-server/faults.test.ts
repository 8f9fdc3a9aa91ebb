import { expect, test } from 'vitest';
import { call, imagesProject, ok, png, serve, upload } from '#test/supervisely-server.ts';

test('a share of the requests to an endpoint is refused, always the same ones for a seed', async () => {
	const server = await serve();
	const run = async (seed: number) => {
		server.setFaults([{ match: 'projects.list', share: 0.5, seed, action: { status: 503, retryAfter: 7 } }]);
		const statuses: number[] = [];
		for (let i = 0; i < 40; i++) statuses.push((await call(server, 'projects.list', {})).status);
		return statuses;
	};
	const first = await run(1);
	expect(first.filter(status => status === 503).length).toBeGreaterThan(10);
	expect(first.filter(status => status === 200).length).toBeGreaterThan(10);
	expect(await run(1)).toEqual(first);
	expect(await run(2)).not.toEqual(first);
});

test('a refused request does nothing and says when to come again', async () => {
	const server = await serve();
	const headers = { 'x-api-key': server.token };
	const rules = [{ match: 'projects.add', share: 1, action: { status: 429, retryAfter: 7 } }];
	const put = await fetch(`${server.address}/framefan/faults`, { method: 'PUT', headers, body: JSON.stringify(rules) });
	expect(await put.json()).toEqual(rules);
	const body = JSON.stringify({ name: 'x', workspaceId: 1 });
	const response = await fetch(`${server.address}/public/api/v3/projects.add`, { method: 'POST', headers, body });
	expect([response.status, response.headers.get('retry-after')]).toEqual([429, '7']);
	expect(await response.json()).toHaveProperty('error');
	expect(server.projects()).toEqual([]);
	const bad = await fetch(`${server.address}/framefan/faults`, { method: 'PUT', headers, body: '[{"match":1}]' });
	expect(bad.status).toBe(400);
});

test('an answer can be cut in the middle: what was asked has been done', async () => {
	const server = await serve();
	server.setFaults([{ match: 'projects.add', share: 1, action: { cutBody: true } }]);
	await expect(call(server, 'projects.add', { name: 'x', workspaceId: 1, type: 'images' })).rejects.toThrow();
	expect(server.projects()).toHaveLength(1);
});

test('a file can be cut in the middle', async () => {
	const server = await serve();
	const { imageId } = await imagesProject(server);
	const { fullStorageUrl, size } = await ok(server, 'images.info', { id: imageId });
	server.setFaults([{ match: 'files', share: 1, action: { cutBody: true } }]);
	const response = await fetch(fullStorageUrl, { headers: { 'x-api-key': server.token } });
	expect(response.headers.get('content-length')).toBe(String(size));
	await expect(response.arrayBuffer()).rejects.toThrow();
});

test('a connection can be reset, nothing being done', async () => {
	const server = await serve();
	server.setFaults([{ match: '*', share: 1, action: { reset: true } }]);
	await expect(call(server, 'projects.add', { name: 'x', workspaceId: 1 })).rejects.toThrow();
	expect(server.projects()).toEqual([]);
});

test('an answer can be late', async () => {
	const server = await serve();
	server.setFaults([{ match: 'projects.list', share: 1, action: { delayMs: 200 } }]);
	const started = performance.now();
	await ok(server, 'projects.list', {});
	expect(performance.now() - started).toBeGreaterThan(190);
});

test('a server can be one that knows no ranges', async () => {
	const server = await serve();
	const { imageId } = await imagesProject(server);
	const { fullStorageUrl, size } = await ok(server, 'images.info', { id: imageId });
	server.setFaults([{ match: 'files', share: 1, action: { refuseRanges: true } }]);
	const response = await fetch(fullStorageUrl, { headers: { 'x-api-key': server.token, range: 'bytes=5-9' } });
	expect([response.status, response.headers.get('accept-ranges')]).toEqual([200, null]);
	expect((await response.arrayBuffer()).byteLength).toBe(size);
});

test('requests and bytes are counted by endpoint', async () => {
	const server = await serve();
	const picture = await png(100, 100, 7);
	await upload(server, [picture]);
	const answer = await fetch(`${server.address}/public/api/v3/projects.list`, {
		method: 'POST',
		headers: { 'x-api-key': server.token },
		body: '{}',
	});
	const bytes = (await answer.arrayBuffer()).byteLength;
	await call(server, 'no.such.method', {});
	const counters = server.counters();
	expect(counters['projects.list']).toEqual({ requests: 1, bytesIn: 2, bytesOut: bytes });
	expect(counters['images.bulk.upload']?.bytesIn).toBeGreaterThan(picture.length);
	expect(counters.unknown?.requests).toBe(1);
	const read = await fetch(`${server.address}/framefan/counters`, { headers: { 'x-api-key': server.token } });
	expect(await read.json()).toEqual(counters);
});
