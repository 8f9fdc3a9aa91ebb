import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/**
 * Serves one file over HTTP on loopback and counts the bytes that go out.
 * @param ranges whether it answers byte ranges, or always the whole file
 */
export async function serveFile(path: string, { ranges = true } = {}) {
	const { size } = statSync(path);
	const count = { bytes: 0, requests: 0 };
	const server = createServer((request, response) => {
		count.requests++;
		const asked = ranges ? /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '') : null;
		const start = Number(asked?.[1] ?? 0);
		const end = Math.min(asked?.[2] ? Number(asked[2]) : size - 1, size - 1);
		response.writeHead(asked ? 206 : 200, {
			'content-length': end - start + 1,
			...(asked ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
		});
		const counted = new Transform({
			transform: (piece: Buffer, _, done) => {
				count.bytes += piece.length;
				done(null, piece);
			},
		});
		pipeline(createReadStream(path, { start, end }), counted, response).catch(() => response.destroy());
	});
	await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
	return {
		url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/video`),
		count,
		close: () => {
			server.close();
			server.closeAllConnections();
		},
	};
}
