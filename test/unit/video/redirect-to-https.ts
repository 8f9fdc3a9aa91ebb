// Opens a file behind a redirect to https, and prints which token each of the two servers saw. For redirects.test.ts.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { openHttp } from '#shared/video/source/http-source.ts';
import { loopbackCertificate, loopbackKey } from '#test/loopback-certificate.ts';

const seen: Record<string, string | null> = {};
const other = createSecureServer({ key: loopbackKey, cert: loopbackCertificate }, (request, response) => {
	seen.other = (request.headers['x-api-key'] as string | undefined) ?? null;
	response.writeHead(206, { 'content-range': 'bytes 0-0/1' }).end(Buffer.from([7]));
}).listen(0, '127.0.0.1');
await once(other, 'listening');
const location = `https://127.0.0.1:${(other.address() as AddressInfo).port}/file`;
const first = createServer((request, response) => {
	seen.first = (request.headers['x-api-key'] as string | undefined) ?? null;
	response.writeHead(302, { location }).end();
}).listen(0, '127.0.0.1');
await once(first, 'listening');

const url = new URL(`http://127.0.0.1:${(first.address() as AddressInfo).port}/clip.mp4`);
const { size } = await openHttp({ url, headers: async () => ({ 'x-api-key': 'secret-token' }) });
process.stdout.write(JSON.stringify({ size, ...seen }));
process.exit();
