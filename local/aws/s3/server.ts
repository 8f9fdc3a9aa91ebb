import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { AccessDenied } from '#local/aws/iam/callers.ts';
import { type LoopbackServer, listenOnLoopback } from '#local/aws/loopback.ts';
import { parseTarget, type QueryPair } from '#local/aws/request-target.ts';
import { type Access, SignatureError, verifySignature } from '#local/aws/signature.ts';
import { authorize, hidden } from './authorize.ts';
import type { S3Answer, S3Call } from './call.ts';
import { S3Error, signatureCodes } from './errors.ts';
import { route } from './router.ts';
import { Store } from './store.ts';
import { xmlDocument } from './xml.ts';

export type S3Options = Access & {
	/** Folder that keeps the buckets; made when there is none. One server at a time. */
	readonly dataDir: string;
	/** 0, the default, takes any free one. */
	readonly port?: number;
};

/** Serves the part of S3 that this system uses on 127.0.0.1, path-style, from a folder. */
export async function startS3(options: S3Options): Promise<LoopbackServer> {
	const store = new Store(options.dataDir);
	return listenOnLoopback((request, response) => {
		serve(request, response, store, options).catch(() => response.destroy());
	}, options.port);
}

async function serve(
	request: IncomingMessage,
	response: ServerResponse,
	store: Store,
	options: S3Options,
): Promise<void> {
	const requestId = randomUUID();
	const answer = await answerTo(request, store, options).catch(error => errorAnswer(error, requestId));
	response.setHeader('x-amz-request-id', requestId);
	const body = answer.body ?? '';
	if (typeof body !== 'string' && !Buffer.isBuffer(body)) {
		response.writeHead(answer.status, answer.headers);
		return pipeline(body, response);
	}
	const length = answer.status === 204 ? {} : { 'content-length': Buffer.byteLength(body) };
	response.writeHead(answer.status, { ...length, ...answer.headers });
	response.end(request.method === 'HEAD' ? undefined : body);
}

async function answerTo(request: IncomingMessage, store: Store, options: S3Options): Promise<S3Answer> {
	const call = await verifiedCall(request, options);
	const { run, action } = route(call);
	authorize(call, action);
	try {
		return await run(call, store);
	} catch (error) {
		throw hidden(error, call);
	}
}

async function verifiedCall(request: IncomingMessage, options: S3Options): Promise<S3Call> {
	const method = request.method ?? '';
	const { path, query, bucket, key } = target(request.url ?? '');
	if (query.some(([name]) => name === 'X-Amz-Signature'))
		throw new S3Error('NotImplemented', 'A presigned URL is not implemented by the local S3.');
	const payload = request.headers['x-amz-content-sha256'];
	if (payload === undefined && request.headers.authorization)
		throw new S3Error('InvalidRequest', 'Missing required header for this request: x-amz-content-sha256');
	const bodySha256 = String(payload);
	const caller = await verifySignature(
		{ method, path, query, headers: request.headers, bodySha256 },
		{ ...options, service: 's3' },
	);
	const headers = flat(request.headers);
	// A refusal in the middle of a body must not cut the connection, or its sender would not see the answer.
	const body = request.iterator({ destroyOnReturn: false });
	return { method, bucket, key, query: new Map(query), headers, body, region: options.region, caller };
}

function target(url: string): { path: string; query: readonly QueryPair[]; bucket: string; key: string } {
	try {
		const { path, query } = parseTarget(url);
		const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(path) ?? [];
		return { path, query, bucket: decodeURIComponent(bucket), key: decodeURIComponent(key) };
	} catch {
		throw new S3Error('InvalidURI', "Couldn't parse the specified URI.");
	}
}

function flat(headers: IncomingHttpHeaders): Record<string, string> {
	return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value ?? ''].flat().join(',')]));
}

function errorAnswer(error: unknown, requestId: string): S3Answer {
	const refusal = asS3Error(error);
	const { code, message, details } = refusal;
	const body = xmlDocument('Error', [
		['Code', code],
		['Message', message],
		...Object.entries(details),
		['RequestId', requestId],
	]);
	return { status: refusal.status, headers: { 'content-type': 'application/xml' }, body };
}

function asS3Error(error: unknown): S3Error {
	if (error instanceof S3Error) return error;
	if (error instanceof AccessDenied) return new S3Error('AccessDenied', error.message);
	if (error instanceof SignatureError) return new S3Error(signatureCodes[error.fault], error.message);
	return new S3Error('InternalError', error instanceof Error ? error.message : String(error));
}
