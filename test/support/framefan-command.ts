import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const command = join(import.meta.dirname, '..', '..', 'cli', 'framefan.mjs');

export type Finished = { code: number | null; signal: string | null; stdout: string; stderr: string };
export type Running = { child: ChildProcess; output: () => string; finished: Promise<Finished> };

/** Starts the command `framefan` as a process of its own. */
export function startFramefan(args: string[], env: Record<string, string> = {}): Running {
	const child = spawn(process.execPath, [command, ...args], {
		env: { ...process.env, ...env },
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	let stdout = '';
	let stderr = '';
	child.stdout.on('data', (text: Buffer) => {
		stdout += text;
	});
	child.stderr.on('data', (text: Buffer) => {
		stderr += text;
	});
	const finished = once(child, 'close').then(([code, signal]) => ({ code, signal, stdout, stderr }) as Finished);
	return { child, output: () => stdout + stderr, finished };
}

export function runFramefan(args: string[], env?: Record<string, string>): Promise<Finished> {
	return startFramefan(args, env).finished;
}

/** The JSON object in the last line of an output. */
export function lastJson(stdout: string): Record<string, unknown> {
	return JSON.parse(stdout.trimEnd().split('\n').at(-1) as string) as Record<string, unknown>;
}

/** Waits until something holds; throws after too many seconds. */
export async function until(condition: () => boolean | Promise<boolean>, seconds: number, what: string): Promise<void> {
	for (const end = Date.now() + seconds * 1000; Date.now() < end; ) {
		if (await condition()) return;
		await new Promise(resolve => setTimeout(resolve, 150));
	}
	throw new Error(`It took more than ${seconds} s until ${what}`);
}

/** Kills a sampling, as nothing can be caught, once its first frames are in the destination. */
export async function killAtFirstFrames(run: ReturnType<typeof startFramefan>): Promise<void> {
	const hasFrames = () => /^[1-9]\d*\/\d+ frames/m.test(run.output()) || run.child.exitCode !== null;
	await until(hasFrames, 90, 'frames were uploaded');
	run.child.kill('SIGKILL');
	await run.finished;
}
