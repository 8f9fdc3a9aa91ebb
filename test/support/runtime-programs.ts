import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, rm } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '#local/cache-folder.ts';
import { lastLine, noteNotRun } from '#test/not-run.ts';

/** Versions of Node that Lambda has, of which one is deployed. */
export const lambdaNodes = ['22', '24'] as const;
export type LambdaNode = (typeof lambdaNodes)[number];

export function isLambdaNode(version: string): version is LambdaNode {
	return lambdaNodes.some(each => each === version);
}

export type Programs = {
	/** Paths of programs. */
	nodes: Record<LambdaNode, string>;
	/** Folder of the official runtime interface client, `aws-lambda-ric`. */
	client: string;
};

const wanted = join(import.meta.dirname, '..', 'runtime', 'programs');
const folder = join(cacheFolder, 'runtime-programs');
const installed = (...path: string[]) => join(folder, 'node_modules', ...path);
const run = promisify(execFile);
const limits = { timeout: 5 * 60_000, maxBuffer: 64 * 1024 * 1024 };

/**
 * Other versions of Node, installed once by their lock file.
 * @returns in one line why there are none: another system, no package index. That is noted for the end of the run.
 */
export async function nodePrograms(): Promise<Pick<Programs, 'nodes'> | { unavailable: string }> {
	if (process.platform !== 'linux' || process.arch !== 'x64') return unavailable('it needs Linux on x64');
	try {
		if (!(await isInstalled())) {
			await rm(folder, { recursive: true, force: true });
			await mkdir(folder, { recursive: true });
			await copyFile(join(wanted, 'package.json'), join(folder, 'package.json'));
			await copyFile(join(wanted, 'package-lock.json'), join(folder, 'package-lock.json'));
			const quiet = ['--no-audit', '--no-fund', '--loglevel', 'error'];
			await run('npm', ['ci', '--ignore-scripts', ...quiet], { cwd: folder, ...limits });
		}
		const nodes = { '22': installed('node-22', 'bin', 'node'), '24': installed('node-24', 'bin', 'node') };
		return { nodes };
	} catch (error) {
		return unavailable(lastLine(error));
	}
}

/** The same with the runtime client, whose machine code is built the first time. That needs cmake, make, g++ and Python. */
export async function runtimePrograms(): Promise<Programs | { unavailable: string }> {
	const found = await nodePrograms();
	if ('unavailable' in found) return found;
	const client = installed('aws-lambda-ric');
	// Headers come with this Node, where they would be downloaded otherwise.
	const home = installed('node-22');
	const PATH = [join(home, 'bin'), process.env.PATH].join(delimiter);
	const env = { ...process.env, PATH, npm_config_nodedir: home };
	try {
		if (!existsSync(join(client, 'rapid-client.node')))
			for (const script of ['preinstall', 'postinstall'])
				await run('sh', [join('scripts', `${script}.sh`)], { cwd: client, env, ...limits });
		return { ...found, client };
	} catch (error) {
		return unavailable(`aws-lambda-ric can't be built: ${lastLine(error)}`);
	}
}

const unavailable = async (reason: string): Promise<{ unavailable: string }> => {
	await noteNotRun(`Node ${lambdaNodes.join(' and ')}, and Lambda's runtime: ${reason}`);
	return { unavailable: reason };
};

/** npm writes its own list last. */
const isInstalled = async (): Promise<boolean> => {
	if (!existsSync(installed('.package-lock.json'))) return false;
	const [now, then] = await Promise.all(
		[wanted, folder].map(place => readFile(join(place, 'package-lock.json'), 'utf8').catch(() => '')),
	);
	return now === then;
};
