import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Launcher } from '#local/lambda/launch.ts';
import { type LocalStack, startLocalStack } from '#local/stack.ts';
import { type ApiAddress, type ApiClient, makeApiClient } from '../../cli/api-client.ts';

/** A local stack in a process of its own, which can be killed. */
export type StackProcess = {
	api: ApiClient;
	/** Process ids of the sandboxes that live now, by function. */
	sandboxes(): Promise<Record<string, number[]>>;
	/** SIGKILL; resolves when the process is gone. */
	kill(): Promise<void>;
};

export type StackOptions = {
	dataDir: string;
	server: string;
	token: string;
	parameters: Record<string, string>;
	environment: Record<string, string>;
};

const tokenParameter = '/framefan/supervisely-token';

/**
 * A stack in this very process, on its own S3 and SQS unless the environment names others.
 * @param launch runs the code of the functions otherwise than by this Node
 */
export function startStack(
	{ dataDir, server, token, parameters, environment }: StackOptions,
	launch?: Launcher,
): Promise<LocalStack> {
	return startLocalStack({
		...(launch ? { launch } : {}),
		dataDir,
		parameters: { SuperviselyServer: server, TokenParameter: tokenParameter, ...parameters },
		secrets: { [tokenParameter]: token },
		environment,
	});
}

export async function startStackProcess(options: StackOptions): Promise<StackProcess> {
	const child = spawn(process.execPath, ['--import', 'tsx', import.meta.filename], {
		stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
	});
	// Answers come in the order of the questions; of one that is gone there are none.
	const waiting: ((answer: unknown) => void)[] = [];
	child.on('message', answer => waiting.shift()?.(answer));
	child.on('exit', () => {
		for (const tell of waiting.splice(0)) tell(undefined);
	});
	const ask = (question: StackOptions | 'sandboxes') =>
		new Promise<unknown>(resolve => {
			if (!child.connected) return resolve(undefined);
			waiting.push(resolve);
			child.send(question, () => {});
		});
	const address = (await ask(options)) as ApiAddress | undefined;
	if (!address) throw new Error('The stack ended before it stood');
	return {
		api: makeApiClient(address),
		sandboxes: async () => ((await ask('sandboxes')) ?? {}) as Record<string, number[]>,
		kill: () => kill(child),
	};
}

const kill = async (child: ChildProcess): Promise<void> => {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const exit = once(child, 'exit');
	child.kill('SIGKILL');
	await exit;
};

const serve = async (options: StackOptions): Promise<void> => {
	const stack = await startStack(options);
	const { httpUrl, region, credentials } = stack;
	process.on('message', () => process.send?.(stack.sandboxes()));
	// It must not outlive the one that started it.
	process.on('disconnect', () => process.exit());
	process.send?.({ httpUrl, region, credentials });
};

if (process.argv[1] === import.meta.filename) {
	process.once('message', options => void serve(options as StackOptions));
}
