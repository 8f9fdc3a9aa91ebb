import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LoopbackServer } from '#local/aws/loopback.ts';
import { startS3 } from '#local/aws/s3/server.ts';
import { type ServiceAddress, signedFetch, signedRequest, testSigner } from '#test/signed-request.ts';

describe('the local S3 on the wire', () => {
	let dataDir: string;
	let server: LoopbackServer;
	let address: ServiceAddress;
	beforeAll(async () => {
		dataDir = await mkdtemp(join(tmpdir(), 'framefan-s3-'));
		server = await startS3({ dataDir, ...testSigner });
		address = { endpoint: server.endpoint, ...testSigner };
		await signedFetch(address, 's3', { method: 'PUT', path: '/wire' });
	});
	afterAll(async () => {
		await server.close();
		await rm(dataDir, { recursive: true });
	});

	const put = async (body: string, headers: Record<string, string> = {}) => {
		const answer = await signedFetch(address, 's3', { method: 'PUT', path: '/wire/key', headers, body });
		const [, code, message] = /<Code>(.*)<\/Code><Message>(.*)<\/Message>/.exec(await answer.text()) ?? [];
		return [answer.status, code, message].filter(part => part !== undefined).join(' ');
	};
	it('listens on loopback only', () => {
		expect(server.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
	});

	it('keeps a bucket that is there', async () => {
		expect(await put('kept')).toBe('200');
		expect((await signedFetch(address, 's3', { method: 'PUT', path: '/wire' })).status).toBe(200);
		const kept = await signedFetch(address, 's3', { method: 'GET', path: '/wire/key' });
		expect(await kept.text()).toBe('kept');
	});

	it('refuses a body whose hash is not signed, by its name', async () => {
		for (const payload of [
			'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
			'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
			'UNSIGNED-PAYLOAD',
		])
			expect(await put('x', { 'x-amz-content-sha256': payload })).toMatch(
				new RegExp(`^501 NotImplemented .*${payload}`),
			);
		const trailer = await put('x', { 'x-amz-trailer': 'x-amz-checksum-crc32' });
		expect(trailer).toMatch(/^501 NotImplemented .*x-amz-trailer/);
	});

	it('refuses a presigned URL by its name', async () => {
		const answer = await fetch(`${server.endpoint}/wire/key?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=0`);
		expect([answer.status, await answer.text()]).toEqual([501, expect.stringContaining('presigned URL')]);
	});

	it('answers a refused upload instead of cutting it off', async () => {
		const body = 'x'.repeat(20_000_000);
		const forged = await fetch(`${server.endpoint}/wire/forged`, { method: 'PUT', body });
		expect([forged.status, await forged.text()]).toEqual([403, expect.stringContaining('AccessDenied')]);
		expect(await put(body, { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' })).toMatch(/^501/);
	});

	it('wants to know the length of a body', async () => {
		const request = { method: 'PUT', path: '/wire/endless' };
		const { port, headers } = await signedRequest(address, 's3', request);
		const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
		const socket = connect(Number(port), '127.0.0.1');
		socket.write(`PUT ${request.path} HTTP/1.1\r\n${lines.join('')}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`);
		const [answer] = await new Promise<Buffer[]>(resolve => socket.once('data', data => resolve([data])));
		socket.destroy();
		expect(answer?.toString()).toMatch(/^HTTP\/1\.1 411 .*MissingContentLength/s);
	});
});
