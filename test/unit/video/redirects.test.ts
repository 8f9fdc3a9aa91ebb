import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import { openHttp } from '#shared/video/source/http-source.ts';
import { loopbackCertificate } from '#test/loopback-certificate.ts';
import { checkServer } from '../../../cli/check-server.ts';

/** A server on loopback with a port, and so an origin, of its own; it keeps the headers of its requests. */
async function serve(answer: RequestListener) {
	const requests: IncomingHttpHeaders[] = [];
	const server = createServer((request, response) => {
		requests.push(request.headers);
		answer(request, response);
	});
	await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

const oneByte: RequestListener = (_, response) =>
	response.writeHead(206, { 'content-range': 'bytes 0-0/1' }).end(Buffer.from([7]));
const headers = async () => ({ 'x-api-key': 'secret-token' });

test('a call of the API is not sent on to where a server redirects it, nor is the token', async () => {
	const other = await serve((_, response) => response.writeHead(200).end('{"id":1}'));
	const first = await serve((_, response) => response.writeHead(307, { location: `${other.origin}/x` }).end());
	const client = connectSupervisely(first.origin, async () => 'secret-token', { quick: true });
	const message = `${first.origin} redirects to ${other.origin}: set the address that the server really has`;
	await expect(client.call('projects.info', { id: 1 })).rejects.toThrow(message);
	expect(first.requests[0]?.['x-api-key']).toBe('secret-token');
	expect(other.requests).toEqual([]);
});

test('the command says where a server redirects to, before it starts anything', async () => {
	const other = await serve((_, response) => response.writeHead(200).end('{"id":1}'));
	const first = await serve((_, response) => response.writeHead(301, { location: `${other.origin}/x` }).end());
	const message = `${first.origin} redirects to ${other.origin}: set the address that the server really has`;
	await expect(checkServer(first.origin, 'secret-token', 1)).rejects.toThrow(message);
	expect(first.requests).toHaveLength(1);
	expect(other.requests).toEqual([]);
});

test('the command does not take a token that no header can have for a server that is away', async () => {
	const server = await serve((_, response) => response.end('{}'));
	const checking = checkServer(server.origin, 'first-half\nsecond-half', 1);
	await expect(checking).rejects.toThrow(/^The API token is invalid: it has a line break in it\. Copy it again$/);
	await checkServer(server.origin, 'secret-token\n', 1);
	expect(server.requests.map(request => request['x-api-key'])).toEqual(['secret-token']);
});

test('a video file at the same origin is read behind a redirect, with the token', async () => {
	const server = await serve((request, response) =>
		request.url === '/file' ? oneByte(request, response) : response.writeHead(302, { location: '/file' }).end(),
	);
	const source = await openHttp({ url: new URL(`${server.origin}/clip.mp4`), headers });
	expect(source.size).toBe(1);
	expect(server.requests.map(request => request['x-api-key'])).toEqual(['secret-token', 'secret-token']);
});

test('a redirect to another host without https is refused, and nothing is asked there', async () => {
	const other = await serve(oneByte);
	const first = await serve((_, response) => response.writeHead(302, { location: `${other.origin}/x` }).end());
	const opening = openHttp({ url: new URL(`${first.origin}/clip.mp4`), headers });
	await expect(opening).rejects.toThrow(/redirects to http:\/\/127\.0\.0\.1:\d+: only https is followed/);
	expect(other.requests).toEqual([]);
});

test('five redirects are followed, a sixth is refused', async () => {
	const server = await serve((request, response) => {
		const left = Number(request.url?.slice(1));
		if (left === 0) oneByte(request, response);
		else response.writeHead(302, { location: `/${left - 1}` }).end();
	});
	expect((await openHttp({ url: new URL(`${server.origin}/5`) })).size).toBe(1);
	await expect(openHttp({ url: new URL(`${server.origin}/6`) })).rejects.toThrow('redirects more than 5 times');
});

test('behind a redirect to another host with https the token is not sent', () => {
	const folder = mkdtempSync(join(tmpdir(), 'framefan-redirect-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const certificate = join(folder, 'certificate.pem');
	writeFileSync(certificate, loopbackCertificate);
	// Certificates are trusted from the start of a process on.
	const output = execFileSync(
		process.execPath,
		['--import', 'tsx', join(import.meta.dirname, 'redirect-to-https.ts')],
		{
			env: { ...process.env, NODE_EXTRA_CA_CERTS: certificate },
			encoding: 'utf8',
		},
	);
	expect(JSON.parse(output)).toEqual({ size: 1, first: 'secret-token', other: null });
});
