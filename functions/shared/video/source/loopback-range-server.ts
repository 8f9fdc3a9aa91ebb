import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ByteSource } from './byte-source.ts';

/**
 * Serves a source by byte ranges at an unguessable URL on loopback, for a program on this machine. The program needs
 * neither the token nor the network, and reads only what it requests.
 */
export async function openLoopbackRangeServer(
	source: ByteSource,
	signal: AbortSignal,
): Promise<{ url: string; close(): void }> {
	const path = `/${randomBytes(16).toString('hex')}`;
	const server = createServer((request, response) => {
		if (request.url !== path) return void response.writeHead(404).end();
		const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
		const start = Number(asked?.[1] ?? 0);
		const end = Math.min(asked?.[2] ? Number(asked[2]) + 1 : source.size, source.size);
		if (start >= source.size) return void response.writeHead(416, { 'content-range': `bytes */${source.size}` }).end();
		response.writeHead(asked ? 206 : 200, {
			'accept-ranges': 'bytes',
			'content-length': end - start,
			...(asked ? { 'content-range': `bytes ${start}-${end - 1}/${source.size}` } : {}),
		});
		const gone = new AbortController();
		response.once('close', () => gone.abort());
		const bytes = source.stream(start, end - start, AbortSignal.any([signal, gone.signal]));
		// The reader disconnects when it has read enough.
		pipeline(Readable.from(bytes, { objectMode: false }), response).catch(() => response.destroy());
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}
