import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isLambdaNode, nodePrograms } from './runtime-programs.ts';

/**
 * Runs suites on another version of Node: `npm run test:node -- 22 --project unit`. Where it can't be had, that is said and
 * noted for the end of the run.
 */
const [version = '', ...options] = process.argv.slice(2);
if (!isLambdaNode(version)) throw new Error(`The first argument is ${version}: it must be 22 or 24`);
const programs = await nodePrograms();
if ('nodes' in programs) {
	const vitest = join(import.meta.dirname, '..', '..', 'node_modules', 'vitest', 'vitest.mjs');
	const { status } = spawnSync(programs.nodes[version], [vitest, 'run', ...options], { stdio: 'inherit' });
	process.exitCode = status ?? 1;
} else console.error(`NOT RUN on Node ${version}: ${programs.unavailable}`);
