import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import type { FormPart } from '#shared/supervisely/remote/multipart.ts';

/** A server that answers with these statuses in turn, and what it got. */
const listen = async (statuses: number[]) => {
	const got: { headers: IncomingHttpHeaders; form: FormData }[] = [];
	const server = createServer(async (request, response) => {
		const pieces: Buffer[] = [];
		for await (const piece of request) pieces.push(piece as Buffer);
		const { headers } = request;
		// Read by another implementation.
		const form = await new Response(Buffer.concat(pieces), {
			headers: { 'content-type': headers['content-type'] ?? '' },
		}).formData();
		got.push({ headers, form });
		response.statusCode = statuses[got.length - 1] ?? 200;
		response.end('{}');
	}).listen(0, '127.0.0.1');
	await once(server, 'listening');
	onTestFinished(() => void server.close());
	return { got, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, n) => (n * 7919) & 255));
const form: FormPart[] = [
	{ name: 'figureId', text: '12' },
	{ name: '0-file', file: '0', type: 'image/*', bytes },
	{ name: '1-file', file: '1', type: 'image/*', bytes: Buffer.alloc(0) },
];

test('a form arrives whole, with its length, and again when the server fails in passing', async () => {
	const { got, address } = await listen([503, 200]);
	const http = connectSupervisely(address, async () => 'token');
	expect(await http.upload('images.bulk.upload', form)).toEqual({});
	expect(got).toHaveLength(2);
	for (const { headers, form: read } of got) {
		expect(headers['content-length']).toMatch(/^300\d{3}$/);
		expect(headers['transfer-encoding']).toBeUndefined();
		expect(read.get('figureId')).toBe('12');
		const [first, second] = [read.get('0-file') as File, read.get('1-file') as File];
		expect([first.name, first.type, second.size]).toEqual(['0', 'image/*', 0]);
		expect(Buffer.from(await first.arrayBuffer()).equals(bytes)).toBe(true);
	}
});
