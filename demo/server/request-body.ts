import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { ApiError, badRequest } from './api-error.ts';
import type { Counter } from './counters.ts';

const jsonLimit = 256 * 1024 * 1024;

/** The body of a request as a stream that counts its bytes. */
export function bodyStream(request: IncomingMessage, counter: Counter): Readable {
	const chunks = async function* () {
		for await (const chunk of request) {
			counter.bytesIn += (chunk as Buffer).length;
			yield chunk;
		}
	};
	return Readable.from(chunks(), { objectMode: false, highWaterMark: 1 << 18 });
}

/**
 * Reads a JSON body. A GET has its fields in the query, each as JSON or as plain text.
 * @throws ApiError 400 for what is not JSON, 413 above 256 MiB.
 */
export async function readJson(request: IncomingMessage, query: URLSearchParams, counter: Counter): Promise<unknown> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request as AsyncIterable<Buffer>) {
		counter.bytesIn += chunk.length;
		size += chunk.length;
		if (size > jsonLimit)
			throw new ApiError(413, 'PAYLOAD_TOO_LARGE', `A JSON body may have at most ${jsonLimit} bytes`);
		chunks.push(chunk);
	}
	if (size === 0) return Object.fromEntries([...query].map(([name, value]) => [name, jsonOrText(value)]));
	try {
		return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
	} catch {
		throw badRequest('The body is not JSON');
	}
}

function jsonOrText(value: string): unknown {
	try {
		return JSON.parse(value);
	} catch {
		return value;
	}
}
