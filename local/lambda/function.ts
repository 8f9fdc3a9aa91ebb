import { type FunctionConfiguration, type Launcher, launchLocally } from './launch.ts';
import { openLogFile } from './log-file.ts';
import { InvocationError } from './runtime-api.ts';
import { type Sandbox, startSandbox } from './sandbox.ts';

/** A deployed function: hands each invocation to a warm sandbox or starts a cold one, up to its concurrency. */
export type LocalFunction = {
	name: string;
	/** The function's answer, parsed; throws {@link InvocationError} (`TooManyRequestsException` beyond the concurrency). */
	invoke(event: unknown): Promise<unknown>;
	/** Starts a sandbox for the first invocation, if there is none. */
	warm(): Promise<void>;
	/** Number of running invocations. */
	busy(): number;
	/** Process ids of the running sandboxes. */
	pids(): number[];
	close(): Promise<void>;
};

/** How long an invocation waits for a busy sandbox before another one is started, which takes longer than that. */
const patienceMs = 100;

/**
 * @param options.concurrency largest number of sandboxes: Lambda's reserved concurrency, or a limit for this machine
 * @param options.launch how its code is run, if not with the current Node
 */
export function makeFunction(
	configuration: FunctionConfiguration,
	options: { concurrency: number; temporaryRoot: string; logPath: string; launch?: Launcher },
): LocalFunction {
	const { temporaryRoot, launch = launchLocally } = options;
	const log = openLogFile(options.logPath);
	const idle: Sandbox[] = [];
	const all = new Set<Sandbox>();
	/** Invocations that wait for a sandbox: they get the first that is free, a new one or one that has finished. */
	const waiting: ((sandbox: Sandbox) => void)[] = [];
	let starting = 0;
	let busy = 0;
	let closed = false;

	const take = async (): Promise<Sandbox> => {
		while (idle.length > 0) {
			const warm = idle.pop() as Sandbox;
			if (warm.alive()) return warm;
			all.delete(warm);
		}
		return new Promise((resolve, reject) => {
			waiting.push(resolve);
			const startForIt = () => {
				if (!waiting.includes(resolve) || starting >= waiting.length) return;
				if (closed) reject(new InvocationError('Runtime.ExitError', 'The stack has been closed'));
				else start().catch(reject);
			};
			// For short work, waiting for an existing sandbox is faster than starting one.
			if (all.size > starting) setTimeout(startForIt, patienceMs);
			else startForIt();
		});
	};
	const start = async (): Promise<void> => {
		starting++;
		try {
			const cold = await startSandbox(configuration, { temporaryRoot, log, launch });
			all.add(cold);
			if (closed) await cold.kill();
			await cold.ready;
			release(cold);
		} finally {
			starting--;
		}
	};
	/** Gives a sandbox to the next waiting invocation, even if it ended while starting: the invocation then fails. */
	const release = (sandbox: Sandbox): void => {
		const next = waiting.shift();
		if (next) next(sandbox);
		else if (sandbox.alive()) idle.push(sandbox);
		else all.delete(sandbox);
	};

	return {
		name: configuration.name,
		busy: () => busy,
		warm: async () => {
			if (!closed && all.size + starting === 0) await start();
		},
		pids: () => [...all].flatMap(sandbox => (sandbox.alive() && sandbox.pid ? [sandbox.pid] : [])),
		invoke: async event => {
			if (closed || busy >= options.concurrency) {
				throw new InvocationError(
					'TooManyRequestsException',
					`Rate Exceeded: ${options.concurrency} sandboxes are busy`,
				);
			}
			busy++;
			try {
				const sandbox = await take();
				try {
					return JSON.parse(await sandbox.invoke(JSON.stringify(event)));
				} finally {
					if (sandbox.alive()) release(sandbox);
					else all.delete(sandbox);
				}
			} finally {
				busy--;
			}
		},
		close: async () => {
			closed = true;
			await Promise.all([...all].map(sandbox => sandbox.kill()));
		},
	};
}
