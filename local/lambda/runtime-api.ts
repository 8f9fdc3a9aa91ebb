import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** The error of an invocation, with Lambda's names in `errorType`. */
export class InvocationError extends Error {
	override readonly name = 'InvocationError';
	readonly errorType: string;
	constructor(errorType: string, message: string) {
		super(message);
		this.errorType = errorType;
	}
}

/** What one runtime is given: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export type RuntimeApi = {
	/** Host and port, for `AWS_LAMBDA_RUNTIME_API`. */
	address: string;
	/** Resolves when the runtime asks for its first invocation, or the API is closed. */
	ready: Promise<void>;
	/** The function's answer as JSON text; throws {@link InvocationError}. One at a time. */
	invoke(invocation: { id: string; payload: string; deadline: number }): Promise<string>;
	/** Ends the running invocation, if there is one. */
	fail(error: InvocationError): void;
	/** Fails all further invocations with this error, or with the one that the runtime reported when it started. */
	close(error: InvocationError): void;
};

type Invocation = { id: string; payload: string; deadline: number; settle: (outcome: Outcome) => void };
type Outcome = { result: string } | { error: InvocationError };

/** Starts the runtime API of one sandbox on loopback. */
export async function startRuntimeApi(functionArn: string): Promise<RuntimeApi> {
	let waitingPoll: ServerResponse | undefined;
	let current: Invocation | undefined;
	/** The error of the start, or how the runtime ended. */
	let failure: InvocationError | undefined;
	let closed = false;
	let setReady = () => {};
	const ready = new Promise<void>(resolve => {
		setReady = resolve;
	});

	const handOver = () => {
		if (!waitingPoll || !current) return;
		const poll = waitingPoll;
		waitingPoll = undefined;
		poll.setHeader('Lambda-Runtime-Aws-Request-Id', current.id);
		poll.setHeader('Lambda-Runtime-Deadline-Ms', String(current.deadline));
		poll.setHeader('Lambda-Runtime-Invoked-Function-Arn', functionArn);
		poll.setHeader('Lambda-Runtime-Trace-Id', newTrace());
		poll.setHeader('Content-Type', 'application/json');
		poll.end(current.payload);
	};
	const settle = (outcome: Outcome) => {
		const invocation = current;
		current = undefined;
		invocation?.settle(outcome);
	};
	const server = createServer((request, response) => {
		const path = (request.url ?? '').replace('/2018-06-01/runtime/', '');
		if (path === 'invocation/next') {
			waitingPoll = response;
			setReady();
			handOver();
			return;
		}
		void readText(request).then(text => {
			if (path.endsWith('/response')) settle({ result: text });
			else if (path === 'init/error') {
				failure = reportedError(text);
				settle({ error: failure });
			} else if (path.endsWith('/error')) settle({ error: reportedError(text) });
			response.statusCode = 202;
			response.end('{"status":"OK"}');
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');

	return {
		address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
		ready,
		invoke: invocation =>
			new Promise((resolve, reject) => {
				if (closed) return reject(failure);
				current = {
					...invocation,
					settle: outcome => {
						if ('result' in outcome) resolve(outcome.result);
						else reject(outcome.error);
					},
				};
				handOver();
			}),
		fail: error => settle({ error }),
		close: error => {
			closed = true;
			setReady();
			failure ??= error;
			settle({ error: failure });
			server.closeAllConnections();
			server.close();
		},
	};
}

const readText = async (request: IncomingMessage): Promise<string> => {
	const parts: Buffer[] = [];
	for await (const part of request) parts.push(part as Buffer);
	return Buffer.concat(parts).toString('utf8');
};

const reportedError = (text: string): InvocationError => {
	try {
		const { errorType, errorMessage } = JSON.parse(text) as { errorType?: unknown; errorMessage?: unknown };
		return new InvocationError(String(errorType), String(errorMessage));
	} catch {
		return new InvocationError('Runtime.UnknownReason', text.slice(0, 1000));
	}
};

/** A trace as Lambda begins one. It is not sampled: there is no X-Ray here, but log lines have its id. */
const newTrace = (): string => {
	const seconds = Math.floor(Date.now() / 1000).toString(16);
	return `Root=1-${seconds}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
};
