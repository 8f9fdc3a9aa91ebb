import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseByteRange } from '../../byte-range.ts';
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
		const range = parseByteRange(request.headers.range, source.size);
		if (range === 'unsatisfiable')
			return void response.writeHead(416, { 'content-range': `bytes */${source.size}` }).end();
		const { first, last } = range === 'whole' ? { first: 0, last: source.size - 1 } : range;
		const length = last - first + 1;
		response.writeHead(range === 'whole' ? 200 : 206, {
			'accept-ranges': 'bytes',
			'content-length': length,
			...(range === 'whole' ? {} : { 'content-range': `bytes ${first}-${last}/${source.size}` }),
		});
		const gone = new AbortController();
		response.once('close', () => gone.abort());
		const bytes = source.stream(first, length, AbortSignal.any([signal, gone.signal]));
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
