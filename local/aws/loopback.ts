import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server that only this machine can reach. */
export type LoopbackServer = {
	/** `http://127.0.0.1:PORT`; not a name, since the SDK uses path-style addresses for an IP address. */
	readonly endpoint: string;
	/** Stops listening and closes all connections. */
	close(): Promise<void>;
};

/**
 * Serves HTTP on 127.0.0.1.
 *
 * @param port 0 takes any free one.
 * @throws when the port is taken.
 */
export async function listenOnLoopback(listener: RequestListener, port = 0): Promise<LoopbackServer> {
	// A large upload may take longer than node's 5 minutes, an idle SDK connection longer than its 5 seconds.
	const server = createServer({ requestTimeout: 0, keepAliveTimeout: 75_000 }, (request, response) => {
		if (isLoopback(request.headers.host)) listener(request, response);
		else response.writeHead(421).end();
	});
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(port, '127.0.0.1', resolve);
	});
	const address = server.address() as AddressInfo;
	return {
		endpoint: `http://127.0.0.1:${address.port}`,
		close: () =>
			new Promise<void>(resolve => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

/** A web page can reach this server by a host name that is made to point here, but that name is then in `Host`. */
function isLoopback(host: string | undefined): boolean {
	return host !== undefined && /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host);
}

/**
 * Reads a whole request body that is known to be small.
 * @param limit bytes
 * @returns undefined when the body is larger
 */
export async function readBody(body: AsyncIterable<Buffer>, limit: number): Promise<Buffer | undefined> {
	const parts: Buffer[] = [];
	let size = 0;
	for await (const part of body) {
		size += part.length;
		if (size <= limit) parts.push(part);
	}
	return size <= limit ? Buffer.concat(parts) : undefined;
}
