import { type LogFile, openLogFile } from './log-file.ts';
import { type FunctionConfiguration, InvocationError, type Sandbox, startSandbox } from './sandbox.ts';

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

/**
 * @param concurrency most sandboxes: Lambda's reserved concurrency, or a limit for this machine
 */
export const makeFunction = (
	configuration: FunctionConfiguration,
	options: { concurrency: number; temporaryRoot: string; logPath: string },
): LocalFunction => {
	const log: LogFile = openLogFile(options.logPath);
	const idle: Sandbox[] = [];
	const all = new Set<Sandbox>();
	let busy = 0;
	let closed = false;

	const take = async (): Promise<Sandbox> => {
		while (idle.length > 0) {
			const warm = idle.pop() as Sandbox;
			if (warm.alive()) return warm;
			all.delete(warm);
		}
		const cold = await startSandbox(configuration, options.temporaryRoot, log);
		all.add(cold);
		return cold;
	};

	return {
		name: configuration.name,
		busy: () => busy,
		warm: async () => {
			if (closed || all.size > 0) return;
			const cold = await startSandbox(configuration, options.temporaryRoot, log);
			all.add(cold);
			if (closed) await cold.kill();
			else idle.push(cold);
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
					if (sandbox.alive()) idle.push(sandbox);
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
};
