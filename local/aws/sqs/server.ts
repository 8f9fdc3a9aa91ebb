import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AccessDenied } from '#local/aws/iam/callers.ts';
import { type LoopbackServer, listenOnLoopback } from '#local/aws/loopback.ts';
import { parseTarget } from '#local/aws/request-target.ts';
import { type Access, SignatureError, verifySignature } from '#local/aws/signature.ts';
import { SqsError, signatureCodes } from './errors.ts';
import { messageOperations } from './message-operations.ts';
import { type Operations, queueOf, type SqsContext } from './operation.ts';
import { Parameters } from './parameters.ts';
import { queueOperations } from './queue-operations.ts';
import { Queues } from './queues.ts';

export type SqsOptions = Access & {
	/** Folder that keeps the queues; made when there is none. One server at a time. */
	readonly dataDir: string;
	/** 0, the default, takes any free one. */
	readonly port?: number;
	readonly accountId: string;
};

export type SqsServer = LoopbackServer & {
	/** Makes messages visible at once that were held by consumers of a former server, before their timeouts end. */
	releaseHeld(): void;
};

const operations: Operations = { ...queueOperations, ...messageOperations };
const targetPattern = /^AmazonSQS\.(\w+)$/;
const largestRequest = 16 * 1024 * 1024;

/** Serves standard queues over the JSON protocol of SQS on 127.0.0.1, from a folder. */
export async function startSqs(options: SqsOptions): Promise<SqsServer> {
	const queues = new Queues(options.dataDir, options.region, options.accountId);
	const { accountId } = options;
	const server = await listenOnLoopback((request, response) => {
		const gone = new AbortController();
		response.once('close', () => gone.abort());
		serve(request, response, options, { queues, accountId, endpoint: server.endpoint, gone: gone.signal });
	}, options.port);
	return {
		endpoint: server.endpoint,
		releaseHeld: () => {
			for (const queue of queues.all()) queue.releaseHeld();
		},
		close: async () => {
			await server.close();
			queues.close();
		},
	};
}

async function serve(
	request: IncomingMessage,
	response: ServerResponse,
	options: SqsOptions,
	context: SqsContext,
): Promise<void> {
	const headers = { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-requestid': randomUUID() };
	try {
		const answer = JSON.stringify(await answerTo(request, options, context));
		response.writeHead(200, headers).end(answer);
	} catch (error) {
		const refusal = asSqsError(error);
		const fault = refusal.status < 500 ? 'Sender' : 'Receiver';
		response.writeHead(refusal.status, { ...headers, 'x-amzn-query-error': `${refusal.queryCode};${fault}` });
		response.end(JSON.stringify({ __type: `com.amazonaws.sqs#${refusal.code}`, message: refusal.message }));
	}
}

async function answerTo(request: IncomingMessage, options: SqsOptions, context: SqsContext): Promise<object> {
	const body = await readAll(request);
	const bodySha256 = createHash('sha256').update(body).digest('hex');
	const method = request.method ?? '';
	const { path, query } = parseTarget(request.url ?? '');
	const signed = { method, path, query, headers: request.headers, bodySha256 };
	const caller = await verifySignature(signed, { ...options, service: 'sqs' });

	const target = String(request.headers['x-amz-target']);
	const name = targetPattern.exec(target)?.[1] ?? '';
	const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
	if (!operation)
		throw new SqsError('UnsupportedOperation', `The operation ${name || target} is not supported by the local SQS.`);
	const parameters = new Parameters(parseJson(body));
	parameters.allowOnly(operation.takes);
	const resource = operation.takes.includes('QueueUrl') ? queueOf(parameters, context).arn : '*';
	// A batch needs the same right as one message.
	caller.authorize({ action: `sqs:${name.replace(/Batch$/, '')}`, resource });
	return operation.run(parameters, context);
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
	const parts: Buffer[] = [];
	let size = 0;
	for await (const part of request) {
		size += part.length;
		if (size <= largestRequest) parts.push(part);
	}
	if (size > largestRequest) throw new SqsError('RequestEntityTooLarge', 'The request is too large.', 413);
	return Buffer.concat(parts);
}

function parseJson(body: Buffer): unknown {
	try {
		return JSON.parse(body.toString('utf8'));
	} catch {
		throw new SqsError('SerializationException', 'The body of the request is not JSON.');
	}
}

function asSqsError(error: unknown): SqsError {
	if (error instanceof SqsError) return error;
	if (error instanceof AccessDenied) return new SqsError('AccessDeniedException', error.message, 403);
	if (error instanceof SignatureError) return new SqsError(signatureCodes[error.fault], error.message, 403);
	return new SqsError('InternalFailure', error instanceof Error ? error.message : String(error), 500);
}
