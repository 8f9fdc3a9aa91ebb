import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { packageFolder } from '../package-folder.ts';
import type { LogFile } from './log-file.ts';

/** Configuration of a function. */
export type FunctionConfiguration = {
	name: string;
	arn: string;
	handler: string;
	taskRoot: string;
	/** Folders of the layers, instead of /opt. */
	layers: string[];
	environment: Record<string, string>;
	timeoutSeconds: number;
	memoryMiB: number;
};

/** The error of an invocation, with Lambda's names in `errorType`. */
export class InvocationError extends Error {
	override readonly name = 'InvocationError';
	readonly errorType: string;
	constructor(errorType: string, message: string) {
		super(message);
		this.errorType = errorType;
	}
}

type Invocation = { id: string; payload: string; deadline: number; settle: (outcome: Outcome) => void };
type Outcome = { result: string } | { error: InvocationError };

const bootstrap = join(packageFolder, 'local', 'lambda', 'bootstrap.mjs');

/** One child process that serves one invocation at a time, with its own temporary folder. */
export type Sandbox = {
	/** The function's answer as JSON text; throws {@link InvocationError}. After an error, `alive` is whether it can be used again. */
	invoke(payload: string): Promise<string>;
	alive(): boolean;
	/** Resolves when it asks for its first invocation, or has ended. */
	ready: Promise<void>;
	kill(): Promise<void>;
	readonly pid: number | undefined;
};

/**
 * Starts a sandbox and its runtime API (GET next, POST response or error) on loopback.
 * @param temporaryRoot parent of the temporary folder, which is removed with the sandbox
 */
export async function startSandbox(
	configuration: FunctionConfiguration,
	temporaryRoot: string,
	log: LogFile,
): Promise<Sandbox> {
	const temporary = mkdtempSync(join(temporaryRoot, 'sandbox-'));
	let waitingPoll: ServerResponse | undefined;
	let current: Invocation | undefined;
	let ended = false;
	/** Why it could not be started, or how it ended. */
	let failure: InvocationError | undefined;
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
		poll.setHeader('Lambda-Runtime-Invoked-Function-Arn', configuration.arn);
		poll.setHeader('Lambda-Runtime-Trace-Id', newTrace());
		poll.end(current.payload);
	};
	const settle = (outcome: Outcome) => {
		const invocation = current;
		current = undefined;
		invocation?.settle(outcome);
	};

	const runtimeApi = createServer((request, response) => {
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
	runtimeApi.listen(0, '127.0.0.1');
	await once(runtimeApi, 'listening');

	const child: ChildProcess = spawn(process.execPath, [bootstrap], {
		cwd: configuration.taskRoot,
		env: sandboxEnvironment(configuration, temporary, `127.0.0.1:${(runtimeApi.address() as AddressInfo).port}`),
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	child.stdout?.on('data', (text: Buffer) => log.write(text));
	child.stderr?.on('data', (text: Buffer) => log.write(text));
	child.stdin?.on('error', () => {});

	const end = (reason: string) => {
		if (ended) return;
		ended = true;
		setReady();
		failure ??= new InvocationError('Runtime.ExitError', reason);
		settle({ error: failure });
		runtimeApi.closeAllConnections();
		runtimeApi.close();
		rmSync(temporary, { recursive: true, force: true });
	};
	child.on('error', error => end(`Error: Runtime could not be started: ${error.message}`));
	const exited = new Promise<void>(resolve => {
		child.on('exit', (code, signal) => {
			end(`Error: Runtime exited ${signal ? `by signal ${signal}` : `with exit code ${code}`}`);
			resolve();
		});
	});

	return {
		pid: child.pid,
		alive: () => !ended,
		ready,
		kill: async () => {
			child.kill('SIGKILL');
			await exited;
		},
		invoke: payload =>
			new Promise((resolve, reject) => {
				if (ended) return reject(failure);
				const id = crypto.randomUUID();
				const timer = setTimeout(() => {
					settle({
						error: new InvocationError(
							'Sandbox.Timedout',
							`RequestId: ${id} Error: Task timed out after ${configuration.timeoutSeconds.toFixed(2)} seconds`,
						),
					});
					child.kill('SIGKILL');
				}, configuration.timeoutSeconds * 1000);
				current = {
					id,
					payload,
					deadline: Date.now() + configuration.timeoutSeconds * 1000,
					settle: outcome => {
						clearTimeout(timer);
						if ('result' in outcome) resolve(outcome.result);
						else reject(outcome.error);
					},
				};
				handOver();
			}),
	};
}

/** A trace as Lambda begins one. It is not sampled: there is no X-Ray here, but log lines have its id. */
const newTrace = (): string => {
	const seconds = Math.floor(Date.now() / 1000).toString(16);
	return `Root=1-${seconds}-${randomBytes(12).toString('hex')};Parent=${randomBytes(8).toString('hex')};Sampled=0`;
};

const sandboxEnvironment = (
	configuration: FunctionConfiguration,
	temporary: string,
	runtimeApi: string,
): NodeJS.ProcessEnv => ({
	// Only programs of the layers, since others are not available in a deployment.
	PATH: configuration.layers.map(layer => join(layer, 'bin')).join(':'),
	NODE_PATH: configuration.layers.map(layer => join(layer, 'nodejs', 'node_modules')).join(':'),
	LANG: 'en_US.UTF-8',
	TZ: ':UTC',
	HOME: temporary,
	TMPDIR: temporary,
	LAMBDA_TASK_ROOT: configuration.taskRoot,
	_HANDLER: configuration.handler,
	AWS_LAMBDA_RUNTIME_API: runtimeApi,
	AWS_LAMBDA_FUNCTION_NAME: configuration.name,
	AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
	AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(configuration.memoryMiB),
	AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${configuration.name}`,
	AWS_LAMBDA_LOG_STREAM_NAME: 'local',
	...configuration.environment,
});

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
