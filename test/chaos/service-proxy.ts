import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What is done with a request instead of, or besides, passing it on. */
export type Meddling =
	| { with: 'nothing' }
	/** Answered here; the service does not hear of it. */
	| { with: 'answer'; status: number; headers?: Record<string, string>; body: string }
	/** Done by the service, and the connection broken instead of the answer. */
	| { with: 'loss' };

export type ServiceProxy = {
	endpoint: string;
	/** Where requests go from now on; undefined: nobody is there. */
	target: string | undefined;
	/** Looks at each request with its body, which is small here. */
	meddle: (request: IncomingMessage, body: Buffer) => Promise<Meddling> | Meddling;
	/** After the service has done it, before it is answered. */
	onDone: (request: IncomingMessage, status: number) => Promise<void> | void;
	close(): Promise<void>;
};

/** Stands between the functions and a service, at an address that stays when the service is started again elsewhere. */
export async function startServiceProxy(): Promise<ServiceProxy> {
	const server = createServer((request, response) => {
		handle(proxy, request, response).catch(() => response.destroy());
	});
	await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
	const proxy: ServiceProxy = {
		endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		target: undefined,
		meddle: () => ({ with: 'nothing' }),
		onDone: () => {},
		close: () =>
			new Promise(resolve => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
	return proxy;
}

const readAll = async (stream: AsyncIterable<Buffer>): Promise<Buffer> => {
	const parts: Buffer[] = [];
	for await (const part of stream) parts.push(part);
	return Buffer.concat(parts);
};

const handle = async (proxy: ServiceProxy, request: IncomingMessage, response: ServerResponse): Promise<void> => {
	const body = await readAll(request);
	const meddling = await proxy.meddle(request, body);
	if (meddling.with === 'answer') {
		response.writeHead(meddling.status, meddling.headers ?? {});
		response.end(request.method === 'HEAD' ? undefined : meddling.body);
		return;
	}
	const { target, endpoint } = proxy;
	if (!target) return void response.destroy();
	const answer = await new Promise<IncomingMessage>((resolve, reject) => {
		const passedOn = httpRequest(
			`${target}${request.url}`,
			{ method: request.method, headers: request.headers },
			resolve,
		);
		passedOn.on('error', reject);
		// Who waits for a message and goes away is not given one.
		response.on('close', () => passedOn.destroy());
		passedOn.end(body);
	});
	const text = await readAll(answer);
	await proxy.onDone(request, answer.statusCode ?? 0);
	if (meddling.with === 'loss') return void response.destroy();
	// Queues name themselves by an address: that of this proxy, which stays.
	const isText = String(answer.headers['content-type']).includes('json');
	const passed = isText ? Buffer.from(text.toString('utf8').replaceAll(target, endpoint)) : text;
	const { 'content-length': length, 'transfer-encoding': _, ...headers } = answer.headers;
	const size = request.method === 'HEAD' ? length : passed.length;
	response.writeHead(answer.statusCode ?? 502, {
		...headers,
		...(size === undefined ? {} : { 'content-length': size }),
	});
	response.end(request.method === 'HEAD' ? undefined : passed);
};
