import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Launcher } from '#local/lambda/launch.ts';
import { type LocalStack, startLocalStack } from '#local/stack.ts';
import { type ApiAddress, type ApiClient, makeApiClient } from '../../cli/api-client.ts';

/** A local stack in a process of its own, which can be killed. */
export type StackProcess = {
	api: ApiClient;
	/** Of the owner. */
	credentials: ApiAddress['credentials'];
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
	/** Addresses of proxies before the stack's own S3 and SQS. */
	proxies?: Addresses;
};

type Addresses = { s3: string; sqs: string };

const tokenParameter = '/framefan/supervisely-token';

/**
 * A stack in this very process, on its own S3 and SQS unless the environment names others.
 * @param more.launch runs the code of the functions otherwise than by this Node
 * @param more.through see {@link startLocalStack}
 */
export function startStack(
	{ dataDir, server, token, parameters, environment }: StackOptions,
	more: { launch?: Launcher; through?: (services: Addresses) => Promise<Addresses> } = {},
): Promise<LocalStack> {
	return startLocalStack({
		...more,
		dataDir,
		parameters: { SuperviselyServer: server, TokenParameter: tokenParameter, ...parameters },
		secrets: { [tokenParameter]: token },
		environment,
	});
}

/** @param onServices told where the stack's own S3 and SQS are, before the stack uses them */
export async function startStackProcess(
	options: StackOptions,
	onServices: (services: Addresses) => void = () => {},
): Promise<StackProcess> {
	const child = spawn(process.execPath, ['--import', 'tsx', import.meta.filename], {
		stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
	});
	// Answers come in the order of the questions; of one that is gone there are none.
	const waiting: ((answer: unknown) => void)[] = [];
	child.on('message', answer => {
		if (!isServices(answer)) return waiting.shift()?.(answer);
		onServices(answer.services);
		child.send('go on');
	});
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
		credentials: address.credentials,
		sandboxes: async () => ((await ask('sandboxes')) ?? {}) as Record<string, number[]>,
		kill: () => kill(child),
	};
}

const isServices = (message: unknown): message is { services: Addresses } =>
	typeof message === 'object' && message !== null && 'services' in message;

const kill = async (child: ChildProcess): Promise<void> => {
	if (child.exitCode !== null || child.signalCode !== null) return;
	const exit = once(child, 'exit');
	child.kill('SIGKILL');
	await exit;
};

const serve = async (options: StackOptions): Promise<void> => {
	const { proxies } = options;
	const through = async (services: Addresses) => {
		process.send?.({ services: { s3: services.s3, sqs: services.sqs } });
		await once(process, 'message');
		return proxies ?? services;
	};
	const stack = await startStack(options, { through });
	const { httpUrl, region, credentials } = stack;
	process.on('message', () => process.send?.(stack.sandboxes()));
	// It must not outlive the one that started it.
	process.on('disconnect', () => process.exit());
	process.send?.({ httpUrl, region, credentials });
};

if (process.argv[1] === import.meta.filename) {
	process.once('message', options => void serve(options as StackOptions));
}
