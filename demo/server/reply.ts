import { createReadStream } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** An answer, with a length that is known before the first byte goes out. */
export type Reply = {
	status: number;
	headers: Record<string, string | number>;
	length: number;
	body: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
};

/** A JSON answer. */
export function jsonReply(value: unknown, status = 200, headers: Record<string, string | number> = {}): Reply {
	const bytes = Buffer.from(JSON.stringify(value));
	return {
		status,
		headers: { 'content-type': 'application/json; charset=utf-8', ...headers },
		length: bytes.length,
		body: () => [bytes],
	};
}

/** Bytes `first` to `last` (inclusive) of a file, read while they are sent. */
export function fileBytes(
	path: string,
	first: number,
	last: number,
): () => Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
	return () => (last < first ? [] : createReadStream(path, { start: first, end: last, highWaterMark: 1 << 18 }));
}

/**
 * Sends an answer no faster than the client takes it.
 * @param cut break the connection after half of the body.
 * @returns the number of body bytes handed to the connection.
 */
export async function sendReply(response: ServerResponse, reply: Reply, cut: boolean): Promise<number> {
	let sent = 0;
	const end = cut ? Math.floor(reply.length / 2) : reply.length;
	response.writeHead(reply.status, { ...reply.headers, 'content-length': reply.length });
	const chunks = async function* () {
		for await (const chunk of reply.body()) {
			const part = chunk.subarray(0, end - sent);
			sent += part.length;
			if (part.length > 0) yield part;
			if (cut && sent === end) {
				response.socket?.destroySoon();
				return;
			}
		}
	};
	try {
		await pipeline(Readable.from(chunks(), { objectMode: false }), response);
	} catch (error) {
		// The client has disconnected, or was disconnected on purpose.
		if (!response.destroyed && response.socket && !response.socket.destroyed) throw error;
	}
	return sent;
}
