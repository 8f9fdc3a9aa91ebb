import { randomBytes } from 'node:crypto';
import type { Reply } from './reply.ts';

/** One part of a multipart answer: `name` is the id of its image or figure, or the index of its frame. */
export type Part = {
	name: number;
	type: string;
	length: number;
	body: () => Iterable<Uint8Array> | AsyncIterable<Uint8Array>;
};

/** A `multipart/form-data` answer with the parts in the given order, as in Supervisely's bulk downloads. */
export function multipartReply(parts: Part[]): Reply {
	const boundary = randomBytes(16).toString('hex');
	const heads = parts.map(part =>
		Buffer.from(
			`--${boundary}\r\nContent-Disposition: form-data; name="${part.name}"\r\nContent-Type: ${part.type}\r\n\r\n`,
		),
	);
	const lineEnd = Buffer.from('\r\n');
	const tail = Buffer.from(`--${boundary}--\r\n`);
	const length = parts.reduce(
		(sum, part, i) => sum + (heads[i]?.length ?? 0) + part.length + lineEnd.length,
		tail.length,
	);
	return {
		status: 200,
		headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
		length,
		body: async function* () {
			for (const [i, part] of parts.entries()) {
				yield heads[i] ?? lineEnd;
				yield* part.body();
				yield lineEnd;
			}
			yield tail;
		},
	};
}
