import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type S3Server, startS3 } from '#local/aws/s3/server.ts';
import { presignedUrl, type ServiceAddress, signedFetch, testSigner } from '#test/signed-request.ts';

function sum(body: string): string {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(crc32(body));
	return bytes.toString('base64');
}

/** A body in unsigned chunks, with a checksum after them. */
function framed(chunks: readonly string[], checksum = sum(chunks.join(''))): string {
	const frames = chunks.map(chunk => `${chunk.length.toString(16)}\r\n${chunk}\r\n`);
	return `${frames.join('')}0\r\nx-amz-checksum-crc32:${checksum}\r\n\r\n`;
}

describe('the local S3 on the wire', () => {
	let dataDir: string;
	let server: S3Server;
	let address: ServiceAddress;
	beforeAll(async () => {
		dataDir = await mkdtemp(join(tmpdir(), 'framefan-s3-'));
		server = await startS3({ dataDir, ...testSigner });
		address = { endpoint: server.endpoint, ...testSigner };
		await server.ensureBucket('wire');
	});
	afterAll(async () => {
		await server.close();
		await rm(dataDir, { recursive: true });
	});

	const put = async (body: string, headers: Record<string, string>) => {
		const answer = await signedFetch(address, 's3', { method: 'PUT', path: '/wire/key', headers, body });
		return `${answer.status} ${/<Code>(.*)<\/Code>/.exec(await answer.text())?.[1] ?? ''}`;
	};
	const putChunks = (body: string, decoded: number) =>
		put(body, {
			'content-encoding': 'aws-chunked',
			'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
			'x-amz-decoded-content-length': String(decoded),
			'x-amz-trailer': 'x-amz-checksum-crc32',
		});

	it('listens on loopback only', () => {
		expect(server.endpoint).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
	});

	it('keeps a bucket that is there', async () => {
		expect(await putChunks(framed(['kept']), 4)).toBe('200 ');
		await server.ensureBucket('wire');
		const kept = await signedFetch(address, 's3', { method: 'GET', path: '/wire/key' });
		expect(await kept.text()).toBe('kept');
	});

	it('takes aws-chunked bodies apart and checks them', async () => {
		const large = 'x'.repeat(8192);
		expect(await putChunks(framed([large, large, 'end']), 16_387)).toBe('200 ');
		expect(await putChunks(framed([]), 0)).toBe('200 ');
		expect(await putChunks(framed(['damaged'], sum('other')), 7)).toBe('400 BadDigest');
		expect(await putChunks(framed(['one', 'two']), 6)).toBe('403 InvalidChunkSizeError');
		expect(await putChunks(framed(['short']), 6)).toBe('400 IncompleteBody');
		expect(await putChunks('5\r\nsho', 5)).toBe('400 IncompleteBody');
		expect(await putChunks('5\r\nlonger\r\n0\r\n\r\n', 5)).toBe('400 IncompleteBody');
		expect(await putChunks('not chunked at all', 18)).toBe('400 IncompleteBody');
		expect(await putChunks('0\r\n\r\n', 0)).toBe('400 BadDigest');
	});

	it('refuses by name what it cannot verify', async () => {
		const signedChunks = { 'x-amz-content-sha256': 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD' };
		expect(await put('x', { ...signedChunks, 'x-amz-decoded-content-length': '1' })).toBe('501 NotImplemented');
		expect(await put('x', { 'x-amz-checksum-crc64nvme': 'AAAAAAAAAAA=' })).toBe('501 NotImplemented');
		expect(await put('x', { 'if-none-match': '"an etag"' })).toBe('501 NotImplemented');
	});

	it('answers a refused upload instead of cutting it off', async () => {
		const body = 'x'.repeat(20_000_000);
		const forged = await fetch(`${server.endpoint}/wire/forged`, { method: 'PUT', body });
		expect([forged.status, await forged.text()]).toEqual([403, expect.stringContaining('AccessDenied')]);
		expect(await putChunks(body, body.length)).toBe('400 IncompleteBody');
	});

	it('wants to know the length of a body', async () => {
		const url = new URL(await presignedUrl(address, { method: 'PUT', path: '/wire/endless' }, 60));
		const socket = connect(Number(url.port), '127.0.0.1');
		socket.write(
			`PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
		);
		const [answer] = await new Promise<Buffer[]>(resolve => socket.once('data', data => resolve([data])));
		socket.destroy();
		expect(answer?.toString()).toMatch(/^HTTP\/1\.1 411 .*MissingContentLength/s);
	});
});
