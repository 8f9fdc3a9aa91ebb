import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { Busboy, type BusboyHeaders, type BusboyInstance } from '@fastify/busboy';
import { badRequest } from './api-error.ts';

/** One part of a multipart body. */
export type BodyPart =
	| { kind: 'file'; name: string; content: Readable }
	| { kind: 'field'; name: string; value: string };

const limits = { fieldSize: 64 * 1024 * 1024, fields: 1000, files: 1000, headerPairs: 20 };

/**
 * Reads a `multipart/form-data` body. `take` gets one part after the other, and must consume the content of a file.
 * @throws ApiError 400 when the body is malformed or ends too early; whatever `take` throws.
 */
export function readMultipart(
	headers: IncomingHttpHeaders,
	body: Readable,
	take: (part: BodyPart) => Promise<void>,
): Promise<void> {
	if (!/^multipart\/form-data;/i.test(headers['content-type'] ?? '')) {
		throw badRequest('The body must be multipart/form-data');
	}
	let parser: BusboyInstance;
	try {
		parser = new Busboy({ headers: headers as BusboyHeaders, limits: limits });
	} catch (error) {
		throw badRequest(`Malformed multipart body: ${(error as Error).message}`);
	}
	return new Promise((resolve, reject) => {
		let line = Promise.resolve();
		const contents: Readable[] = [];
		const fail = (error: unknown) => {
			reject(error);
			body.unpipe(parser);
			body.resume();
			// Otherwise the reader of a file would wait for the rest forever.
			for (const content of contents) content.destroy(error as Error);
		};
		const enqueue = (part: BodyPart) => {
			line = line.then(() => take(part));
			line.catch(fail);
		};
		parser.on('file', (name, content) => {
			content.on('error', error => fail(badRequest(`Malformed multipart body: ${error.message}`)));
			contents.push(content);
			enqueue({ kind: 'file', name, content });
		});
		parser.on('field', (name, value, _nameTruncated, truncated) => {
			if (truncated) fail(badRequest(`The part ${JSON.stringify(name)} is too long`));
			enqueue({ kind: 'field', name, value });
		});
		for (const limit of ['filesLimit', 'fieldsLimit', 'partsLimit'] as const) {
			parser.on(limit, () => fail(badRequest('The body has too many parts')));
		}
		parser.on('error', error => fail(badRequest(`Malformed multipart body: ${(error as Error).message}`)));
		parser.on('finish', () => line.then(() => resolve(), reject));
		body.on('error', fail);
		body.pipe(parser);
	});
}
