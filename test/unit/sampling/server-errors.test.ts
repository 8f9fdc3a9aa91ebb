import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, type TestContext, test } from 'vitest';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';

/** A server that answers as it is told, request by request, and counts them. */
const serve = async (
	{ onTestFinished }: TestContext,
	answer: (request: number, ...exchange: Parameters<RequestListener>) => void,
) => {
	let requests = 0;
	const server = createServer((request, response) => {
		request.resume().on('end', () => answer(++requests, request, response));
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	onTestFinished(() => {
		server.close();
		server.closeAllConnections();
	});
	const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return { address, requests: () => requests };
};
const call = (address: string, options = {}) =>
	connectSupervisely(address, async () => 'token', options).call('projects.info', { id: 1 });

test.concurrent.for([408, 425, 429, 499, 500, 502, 503, 504, 509])(
	'%i passes: the call is made again',
	async (status, context) => {
		const { address, requests } = await serve(context, (request, _, response) => {
			response.writeHead(request === 1 ? status : 200).end('{"id":1}');
		});
		expect(await call(address)).toEqual({ id: 1 });
		expect(requests()).toBe(2);
	},
);

test.concurrent.for([400, 404, 409, 413, 422])('%i stays: a fault at once', async (status, context) => {
	const { address, requests } = await serve(context, (_, __, response) =>
		response.writeHead(status).end('{"error":"No"}'),
	);
	await expect(call(address)).rejects.toMatchObject({
		name: 'PermanentError',
		reason: status === 404 ? 'not-found' : 'refused',
		message: `projects.info answered ${status}: No`,
	});
	expect(requests()).toBe(1);
});

test.concurrent.for([401, 403])('%i would be the answer to every call: the sampling stops', async (status, context) => {
	const { address, requests } = await serve(context, (_, __, response) => response.writeHead(status).end('{}'));
	await expect(call(address)).rejects.toMatchObject({
		name: 'SamplingFailure',
		message: expect.stringMatching(/refused the API token .*check the token and its rights/),
	});
	expect(requests()).toBe(1);
});

test.concurrent('a server that breaks off, cuts its answer or is silent is asked again', async context => {
	const { address, requests } = await serve(context, (request, { socket }, response) => {
		if (request === 1) socket.destroy();
		else if (request === 2) response.writeHead(200, { 'content-length': 100 }).write('{"id"', () => socket.destroy());
		else if (request > 3) response.end('{"id":1}');
	});
	expect(await call(address, { timeoutMs: 300 })).toEqual({ id: 1 });
	expect(requests()).toBe(4);
});

test.concurrent('nothing is asked before the time that the server wants', async context => {
	const times: number[] = [];
	const { address } = await serve(context, (request, _, response) => {
		times.push(Date.now());
		response.writeHead(request === 1 ? 429 : 200, { 'retry-after': '3' }).end('{"id":1}');
	});
	await call(address);
	expect((times[1] as number) - (times[0] as number)).toBeGreaterThanOrEqual(3000);
});

test.concurrent('a wait that is too long for a function is left to the queue, with its length', async context => {
	const { address, requests } = await serve(context, (_, __, response) => {
		response.writeHead(429, { 'retry-after': '100' }).end();
	});
	await expect(call(address)).rejects.toMatchObject({ name: 'TooManyRequests', seconds: 100 });
	expect(requests()).toBe(1);
});

test.concurrent('a token that is refused is looked for anew, once', async context => {
	const seen: string[] = [];
	const { address } = await serve(context, (_, { headers }, response) => {
		seen.push(String(headers['x-api-key']));
		response.writeHead(headers['x-api-key'] === 'new' ? 200 : 401).end('{"id":1}');
	});
	const rotated = connectSupervisely(address, async isRefused => (isRefused ? 'new' : 'old'));
	expect(await rotated.call('projects.info', {})).toEqual({ id: 1 });
	expect(seen).toEqual(['old', 'new']);
	await expect(call(address)).rejects.toMatchObject({ name: 'SamplingFailure' });
	expect(seen).toEqual(['old', 'new', 'token']);
});

test.concurrent('the deadline ends a call that waits for its answer, and one that waits for its next try', async context => {
	for (const isSilent of [true, false]) {
		const { address, requests } = await serve(
			context,
			(_, __, response) => void (isSilent || response.writeHead(500).end()),
		);
		const signal = AbortSignal.timeout(200);
		await expect(call(address, { signal })).rejects.toThrow();
		expect(requests()).toBe(1);
	}
});
