import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { cacheFolder } from '#local/cache-folder.ts';
import { functionVariables, heapOptions, type Launch, type Launcher } from '#local/lambda/launch.ts';
import { type MemoryGroup, makeMemoryGroup } from './memory-group.ts';

/** Runs functions under Lambda's own runtime, where Lambda has their files, with no more memory than they are given. */
export type AsOnLambda = {
	launch: Launcher;
	/** Most memory of one sandbox in MiB, by the name of its function; none where memory can't be limited exactly. */
	peaks(): Record<string, number>;
	/** Once all sandboxes have ended. */
	close(): void;
};

const script = join(import.meta.dirname, 'sandbox.sh');
const root = join(cacheFolder, 'runtime-root');

/** Users but root get a mount namespace only in a user namespace. */
const namespaces = process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];

/**
 * @param node path of a Node
 * @param client folder of `aws-lambda-ric`
 */
export function asOnLambda({ node, client }: { node: string; client: string }): AsOnLambda {
	mkdirSync(root, { recursive: true });
	const groups: { name: string; group: MemoryGroup }[] = [];
	const launch: Launcher = (configuration, { runtimeApi, temporary }) => {
		const { name, taskRoot, layers, memoryMiB } = configuration;
		const group = makeMemoryGroup(memoryMiB);
		if (group) groups.push({ name, group });
		const join = group ? ['-c', 'echo $$ >"$0/cgroup.procs"; exec "$@"', group.folder] : ['-c', 'exec "$@"', 'sh'];
		const places = [root, dirname(node), client, taskRoot, temporary, ...layers];
		const runtime = ['/var/lang/bin/node', '--expose-gc', '--max-http-header-size', '81920', ...heapOptions(memoryMiB)];
		return {
			command: 'sh',
			args: [...join, 'unshare', ...namespaces, 'sh', script, ...places, '--', ...runtime, '/var/runtime/index.mjs'],
			cwd: '/',
			env: { ...variables, ...functionVariables(configuration, runtimeApi), ...configuration.environment },
		} satisfies Launch;
	};
	return {
		launch,
		peaks: () => {
			const peaks: Record<string, number> = {};
			for (const { name, group } of groups) peaks[name] = Math.max(peaks[name] ?? 0, Math.round(group.peakMiB()));
			return peaks;
		},
		close: () => {
			for (const { group } of groups) group.remove();
		},
	};
}

/** Those that Lambda sets alike for all functions on Node. */
const variables = {
	PATH: '/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin',
	LD_LIBRARY_PATH: '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
	NODE_PATH: '/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task',
	LANG: 'en_US.UTF-8',
	TZ: ':UTC',
	LAMBDA_TASK_ROOT: '/var/task',
	LAMBDA_RUNTIME_DIR: '/var/runtime',
	AWS_LAMBDA_LOG_FORMAT: 'JSON',
};
