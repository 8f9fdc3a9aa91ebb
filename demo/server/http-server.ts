import { timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { ApiError, badRequest } from './api-error.ts';
import type { Counter, Counters } from './counters.ts';
import type { Endpoint, Endpoints, Exchange } from './endpoint.ts';
import type { Faults, InjectedFault } from './faults.ts';
import { jsonReply, type Reply, sendReply } from './reply.ts';
import { bodyStream, readJson } from './request-body.ts';

const apiRoot = '/public/api/v3/';
const fileRoot = '/files/';
const ownRoot = '/framefan/';

/** What the HTTP server serves. */
export type ServerOptions = {
	token: string;
	/** Methods of the API, by name. */
	api: Endpoints;
	/** The bytes of a file; the path has its hash, in hex. */
	file: (hex: string, exchange: Exchange) => Reply;
	/** Endpoints beyond Supervisely's: counters, faults, and `nonce`, which needs no token. No counting, no faults. */
	own: Endpoints;
	counters: Counters;
	faults: Faults;
};

/** The HTTP server: routes, checks the token, injects faults, counts requests, and answers errors as JSON. */
export function createHttpServer(options: ServerOptions): Server {
	const server = createServer((request, response) => {
		handle(options, request, response).catch(error => {
			if (!wentAway(request)) console.error(error);
			response.destroy();
		});
	});
	// The SDK tries TLS on this port first and waits for an answer, so the connection is closed at once.
	server.on('clientError', (_error, socket) => socket.destroy());
	return server;
}

async function handle(options: ServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
	const [path = '', query = ''] = (request.url ?? '').split('?', 2);
	const own = path.startsWith(ownRoot);
	const { name, endpoint } = route(options, path);
	const counter: Counter = own ? { requests: 0, bytesIn: 0, bytesOut: 0 } : options.counters.of(name);
	counter.requests++;
	const injected = own ? noFault : options.faults.next(name);
	if (injected.delayMs > 0) await sleep(injected.delayMs);
	if (injected.reset) {
		request.socket.resetAndDestroy();
		return;
	}
	const exchange: Exchange = {
		request,
		json: () => readJson(request, new URLSearchParams(query), counter),
		stream: () => bodyStream(request, counter),
		ranges: !injected.refuseRanges,
	};
	const reply = injected.status
		? await fault(injected.status, exchange)
		: await answer(request, () => {
				if (path !== `${ownRoot}nonce`) requireToken(request, options.token);
				if (!endpoint) throw new ApiError(404, 'NOT_FOUND', `There is nothing at ${path.slice(0, 200)}`);
				return endpoint(exchange);
			});
	counter.bytesOut += await sendReply(response, reply, injected.cutBody);
}

const noFault: InjectedFault = { delayMs: 0, cutBody: false, refuseRanges: false, reset: false };

function route(options: ServerOptions, path: string): { name: string; endpoint: Endpoint | undefined } {
	const file = /^([0-9a-f]{64})(\/|$)/.exec(path.startsWith(fileRoot) ? path.slice(fileRoot.length) : '')?.[1];
	if (file) return { name: 'files', endpoint: async exchange => options.file(file, exchange) };
	const [root, endpoints] = path.startsWith(ownRoot) ? [ownRoot, options.own] : [apiRoot, options.api];
	const name = path.startsWith(root) ? path.slice(root.length) : '';
	return Object.hasOwn(endpoints, name)
		? { name, endpoint: endpoints[name] }
		: { name: 'unknown', endpoint: undefined };
}

function requireToken(request: IncomingMessage, token: string): void {
	const given = Buffer.from(String(request.headers['x-api-key'] ?? ''));
	const wanted = Buffer.from(token);
	if (given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
		throw new ApiError(401, 'UNAUTHORIZED', 'Unauthorized: the x-api-key header has no valid token');
	}
}

async function fault({ status, retryAfter }: NonNullable<InjectedFault['status']>, exchange: Exchange): Promise<Reply> {
	for await (const _ of exchange.stream()) {
		// The client is to see the status, not a connection that closes while it sends.
	}
	const error = new ApiError(status, 'FAULT', `Injected fault: ${status}`);
	return jsonReply(error.body, status, retryAfter === undefined ? {} : { 'retry-after': retryAfter });
}

/** Whether a client left before its request was read, which is not a failure of the server. */
function wentAway(request: IncomingMessage): boolean {
	return request.errored !== null || (request.destroyed && !request.complete);
}

async function answer(request: IncomingMessage, endpoint: () => Promise<Reply>): Promise<Reply> {
	try {
		return await endpoint();
	} catch (error) {
		if (error instanceof ApiError) return jsonReply(error.body, error.status);
		if (wentAway(request)) return jsonReply(badRequest('The body ended early').body, 400);
		console.error(error);
		const internal = new ApiError(501, 'INTERNAL', 'Internal error; see the log of the server');
		return jsonReply(internal.body, internal.status);
	}
}
