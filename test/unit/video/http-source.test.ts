import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseContentRange } from '#shared/byte-range.ts';
import { Unreachable } from '#shared/reach.ts';
import { NoRanges, openHttp, streamWhole } from '#shared/video/source/http-source.ts';
import { openInParts } from '#shared/video/source/open-in-parts.ts';

const file = Buffer.from(Array.from({ length: 1000 }, (_, at) => at % 251));
const { signal } = new AbortController();

/** Serves the file as it is told to, and keeps the headers of every request. */
const serve = async (
	answer: (asked: { first: number; last: number }, response: ServerResponse, request: IncomingMessage) => void,
) => {
	const requests: { method: string | undefined; headers: IncomingMessage['headers'] }[] = [];
	const server = createServer((request, response) => {
		requests.push({ method: request.method, headers: request.headers });
		const { range = '' } = request.headers;
		const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? [];
		const asked =
			first === '' ? { first: file.length - Number(last), last: file.length - 1 } : { first: +first, last: +last };
		answer(asked, response, request);
	});
	await new Promise<void>(listening => server.listen(0, '127.0.0.1', listening));
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	const { port } = server.address() as AddressInfo;
	return { url: new URL(`http://127.0.0.1:${port}/clip.mp4?signature=secret`), requests };
};

const part = (response: ServerResponse, first: number, last: number, total: number | '*' = file.length) =>
	response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${total}` }).end(file.subarray(first, last + 1));

describe('a part of a file', () => {
	test.each([
		['bytes 0-0/1000', { first: 0, last: 0, total: 1000 }],
		['bytes 5-9/*', { first: 5, last: 9, total: null }],
		['Bytes  5-9/10', { first: 5, last: 9, total: 10 }],
	])('%s is understood', (header, range) => expect(parseContentRange(header)).toEqual(range));
	test.each([null, '', 'bytes */1000', 'bytes 9-5/10', 'bytes 5-10/10', 'items 0-0/1', 'bytes 0-0'])(
		'%s names none',
		header => expect(parseContentRange(header)).toBeUndefined(),
	);
});

test('the head of a file is read with the first request, and not again', async () => {
	const { url, requests } = await serve(({ first, last }, response) => part(response, first, Math.min(last, 999)));
	const source = await openHttp({ url, head: 100 });
	expect(source.size).toBe(1000);
	expect(await source.read(0, 100)).toEqual(file.subarray(0, 100));
	expect(await source.read(20, 30)).toEqual(file.subarray(20, 50));
	expect(requests).toHaveLength(1);
	expect(await source.read(90, 20)).toEqual(file.subarray(90, 110));
	expect(requests.map(({ headers }) => headers.range)).toEqual(['bytes=0-99', 'bytes=100-109']);
	const small = await openHttp({ url, head: 5000 });
	expect(await small.read(0, 2000)).toEqual(file);
});

test('a head that breaks off is asked for again', async () => {
	let isFirst = true;
	const { url } = await serve(({ first, last }, response) => {
		if (!isFirst) return part(response, first, last);
		isFirst = false;
		response.writeHead(206, { 'content-range': `bytes ${first}-${last}/1000`, 'content-length': last + 1 - first });
		response.write(file.subarray(0, 10), () => response.destroy());
	});
	const source = await openHttp({ url, head: 100 });
	expect(await source.read(0, 100)).toEqual(file.subarray(0, 100));
});

test('a range other than asked for is refused, and the message names both', async () => {
	const { url, requests } = await serve(({ first, last }, response) =>
		first === 0 ? part(response, 0, last) : part(response, first - 10, last - 10),
	);
	const source = await openHttp({ url });
	expect(await source.read(0, 10)).toEqual(file.subarray(0, 10));
	const asked = requests.length;
	await expect(source.read(500, 20)).rejects.toMatchObject({
		name: 'PermanentError',
		reason: 'unreadable',
		message: `The video file at ${url.host} can't be read in parts: bytes 500-519 were asked for, and the server gave bytes 490-509`,
	});
	expect(requests.length).toBe(asked + 1);
});

test.each([
	['more than was asked for', 'bytes 0-999/1000', /the server gave bytes 0-999/],
	['no range at all', undefined, /the server gave a part without a range/],
])('an answer with %s is refused at once', async (_, header, message) => {
	const { url, requests } = await serve((__, response) => {
		response.writeHead(206, header ? { 'content-range': header } : {}).end(file);
	});
	await expect(openHttp({ url })).rejects.toThrow(message);
	expect(requests).toHaveLength(1);
});

test('a server that gives less than was asked for is asked for the rest', async () => {
	const { url } = await serve(({ first, last }, response) => part(response, first, Math.min(last, first + 99)));
	expect(await (await openHttp({ url })).read(50, 900)).toEqual(file.subarray(50, 950));
});

test('bytes beyond the range that an answer names are left', async () => {
	const { url } = await serve(({ first, last }, response) => {
		const end = Math.min(last, first + 99);
		const headers = { 'content-range': `bytes ${first}-${end}/${file.length}` };
		response.writeHead(206, headers).end(Buffer.concat([file.subarray(first, end + 1), Buffer.alloc(50, 255)]));
	});
	expect(await (await openHttp({ url })).read(0, 1000)).toEqual(file);
});

test('answers that bring nothing end, and do not go on for ever', async () => {
	const { url } = await serve(({ first, last }, response) => {
		if (first === 0) part(response, first, last);
		else response.writeHead(206, { 'content-range': `bytes ${first}-${last}/${file.length}` }).end();
	});
	await expect((await openHttp({ url })).read(10, 10)).rejects.toThrow(/the connection closed at byte 10/);
});

test('a file that changes while it is read is not pieced together', async () => {
	let total = 1000;
	const { url } = await serve(({ first, last }, response) => part(response, first, last, total));
	const source = await openHttp({ url });
	total = 2000;
	await expect(source.read(10, 10)).rejects.toThrow(/changed while it was read, from 1000 to 2000 bytes/);
});

describe('where the server does not tell the size', () => {
	const unsized = (response: ServerResponse, { first, last }: { first: number; last: number }) =>
		part(response, first, last, '*');

	test('the last byte tells it', async () => {
		const { url, requests } = await serve((asked, response) => unsized(response, asked));
		const source = await openHttp({ url });
		expect(source.size).toBe(1000);
		expect(await source.read(990, 100)).toEqual(file.subarray(990));
		expect(requests.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
	});

	test('or HEAD, where the last byte can not be asked for', async () => {
		const { url } = await serve((asked, response, { method, headers }) => {
			if (method === 'HEAD') response.writeHead(200, { 'content-length': file.length }).end();
			else if (headers.range === 'bytes=-1') unsized(response, { first: 0, last: 1 });
			else unsized(response, asked);
		});
		expect((await openHttp({ url })).size).toBe(1000);
	});

	test('where nothing does, the file is read from a copy', async () => {
		const { url } = await serve((asked, response, { method, headers }) => {
			if (method === 'HEAD' || headers.range === 'bytes=-1') response.writeHead(405).end();
			else if (headers.range) unsized(response, asked);
			else response.writeHead(200).end(file);
		});
		await expect(openHttp({ url })).rejects.toBeInstanceOf(NoRanges);
		const copy = await openInParts({ url }, signal);
		expect(copy.size).toBe(1000);
		expect(await copy.read(0, 1000)).toEqual(file);
		await copy.close();
	});
});

describe('user name and password in the address', () => {
	const authorization = `Basic ${Buffer.from('jane:pä ss%').toString('base64')}`;
	const withPassword = (url: URL) => {
		const address = new URL(url);
		[address.username, address.password] = ['jane', 'pä ss%'];
		return address;
	};

	test('go out as Basic authorization, of parts and of the whole', async () => {
		const { url, requests } = await serve(({ first, last }, response, { headers }) => {
			if (headers.authorization !== authorization) response.writeHead(401).end();
			else if (headers.range) part(response, first, last);
			else response.writeHead(200).end(file);
		});
		const source = await openHttp({ url: withPassword(url) });
		expect(await source.read(0, 1000)).toEqual(file);
		const whole: Uint8Array[] = [];
		for await (const piece of streamWhole({ url: withPassword(url) }, signal)) whole.push(piece);
		expect(Buffer.concat(whole)).toEqual(file);
		expect(requests.every(({ headers }) => headers.authorization === authorization)).toBe(true);
		expect(requests.every(({ headers }) => headers['accept-encoding'] === 'identity')).toBe(true);
	});

	test('are not sent to another host, and no message has them', async () => {
		const other = await serve(({ first, last }, response) => part(response, first, last));
		const { url } = await serve((_, response) => {
			response.writeHead(302, { location: other.url.href }).end();
		});
		const failure = await openHttp({ url: withPassword(url) }).catch((error: Error) => error);
		expect(String(failure)).toMatch(/only https is followed/);
		expect(String(failure)).not.toMatch(/jane|p%C3|pä|secret/);
		expect(other.requests).toEqual([]);
	});
});

describe('a host that is not there', () => {
	const closed = async () => {
		const { url } = await serve(() => {});
		const free = createServer();
		await new Promise<void>(listening => free.listen(0, '127.0.0.1', listening));
		url.port = String((free.address() as AddressInfo).port);
		await new Promise(done => free.close(done));
		[url.username, url.password] = ['jane', 'password'];
		return url;
	};

	test('is told at once to somebody who waits, by its name alone', async () => {
		const url = await closed();
		const started = Date.now();
		const failure = (await openInParts({ url }, signal).catch(error => error)) as Error;
		expect(failure).toBeInstanceOf(Unreachable);
		expect(failure.message).toBe(`${url.host} can't be reached (ECONNREFUSED): check the address and the network`);
		expect(Date.now() - started).toBeLessThan(2000);
	});

	test('is given more time by the functions, since it may come back', async () => {
		const url = await closed();
		const opening = openHttp({ url });
		await new Promise(resolve => setTimeout(resolve, 1500));
		const server = createServer((_, response) => void part(response, 0, 0));
		server.listen(Number(url.port), '127.0.0.1');
		onTestFinished(() => void server.close());
		expect((await opening).size).toBe(1000);
	});
});
