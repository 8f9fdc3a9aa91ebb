import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { watchTree } from './process-tree.ts';

export type Command = { program: string; args: (string | number)[]; env?: Record<string, string>; timeoutMs?: number };

export type Usage = { wallMs: number; cpuMs: number; peakMiB: number; stdout: string };

const defaultTimeoutMs = 15 * 60_000;
/** Bash tells what it and all descendants that were waited for have used: getrusage(RUSAGE_CHILDREN). */
const timed = 'exec 3>&2 2>"$0"; TIMEFORMAT="%3U %3S"; time "$@" 2>&3';

/**
 * Runs a command and tells its wall time, the processor time (user and system) of the whole tree of its processes, and
 * the most memory that they had at one time. Processor time is the greater of what bash's `time` says, which misses
 * processes that nobody waited for, and of what was seen in /proc, which misses ends.
 * @throws Error with the end of its stderr when it fails
 */
export async function runMeasured({ program, args, env, timeoutMs = defaultTimeoutMs }: Command): Promise<Usage> {
	const folder = mkdtempSync(join(tmpdir(), 'framefan-bench-time-'));
	const times = join(folder, 'times');
	try {
		const start = performance.now();
		const child = spawn('bash', ['-c', timed, times, program, ...args.map(String)], {
			env: { ...process.env, ...env },
			stdio: ['ignore', 'pipe', 'pipe'],
			detached: true,
		});
		const closed = once(child, 'close');
		const endAll = () => process.kill(-(child.pid as number), 'SIGKILL');
		// A group of its own would outlive this process.
		process.once('exit', endAll);
		const watch = watchTree(child.pid as number);
		let [stdout, stderr] = ['', ''];
		child.stdout.on('data', (text: Buffer) => {
			stdout += text;
		});
		child.stderr.on('data', (text: Buffer) => {
			stderr = (stderr + text).slice(-4000);
		});
		const timeout = setTimeout(endAll, timeoutMs);
		const [code, signal] = await closed;
		const wallMs = performance.now() - start;
		clearTimeout(timeout);
		process.off('exit', endAll);
		watch.stop();
		if (code !== 0) throw new Error(`${basename(program)} ended with ${code ?? signal}: ${lastLine(stderr || stdout)}`);
		const [user = 0, system = 0] = readFileSync(times, 'utf8').trim().split('\n').at(-1)?.split(' ').map(Number) ?? [];
		return { wallMs, cpuMs: Math.max(user + system, watch.cpuSeconds()) * 1000, peakMiB: watch.peakMiB(), stdout };
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** The JSON object in the last line of an output; an empty one where there is none. */
export function lastObject(stdout: string): Record<string, unknown> {
	const last = stdout.trimEnd().split('\n').at(-1) ?? '';
	return last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : {};
}

const lastLine = (text: string): string => text.trimEnd().split('\n').at(-1) ?? '';
