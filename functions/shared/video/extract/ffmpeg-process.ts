import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { SamplingFailure } from '../../errors.ts';
import { addressSpace } from './ffmpeg-arguments.ts';
import { openReusedPipe } from './reused-pipe.ts';

/** How a process ended: its exit code, or the signal that killed it. */
export type FfmpegEnd = { code: number | null; signal: NodeJS.Signals | null };

/**
 * Starts ffmpeg with an empty environment and a limit of its address space.
 * @param bytes its standard input; empty if undefined
 * @returns `stdout`: pieces of its output, each valid until the next is asked for; `ended` waits for its end, and throws
 * errors of the input or the reason of the signal; `close` kills it
 */
export async function startFfmpeg(
	path: string,
	args: string[],
	bytes: AsyncIterable<Uint8Array> | undefined,
	signal: AbortSignal,
): Promise<{
	stdout: AsyncIterable<Buffer>;
	stderr: Readable;
	ended: () => Promise<FfmpegEnd>;
	close: () => void;
}> {
	const [command, ...all] = limited([path, ...args]);
	// With few malloc arenas, little more address space is reserved than used.
	const env = { PATH: process.env.PATH, MALLOC_ARENA_MAX: '2' };
	const pipe = await openReusedPipe();
	const child = spawn(command as string, all, { stdio: ['pipe', pipe?.input ?? 'pipe', 'pipe'], env });
	const { stdin, stderr } = child as typeof child & { stdin: Writable; stderr: Readable };
	pipe?.input.destroy();
	const stop = () => child.kill('SIGKILL');
	signal.addEventListener('abort', stop, { once: true });
	if (signal.aborted) stop();

	const closed = new Promise<FfmpegEnd>((resolve, reject) => {
		child.once('error', error => {
			const { code } = error as NodeJS.ErrnoException;
			reject(code === 'ENOENT' || code === 'EACCES' ? new SamplingFailure(`${path} can't be run (${code})`) : error);
			pipe?.close();
			child.stdout?.destroy();
			stderr.destroy();
		});
		child.once('close', (code, ending) => resolve({ code, signal: ending }));
	});
	closed.catch(() => {});
	stdin.on('error', () => {});
	let inputError: unknown;
	// ffmpeg may close its input early, when it has enough or fails: its output shows which.
	const inputWritten = !bytes
		? Promise.resolve(stdin.end())
		: pipeline(bytes, stdin).catch(error => {
				const { code } = error as NodeJS.ErrnoException;
				if (code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET') return;
				inputError = error;
				stop();
			});
	return {
		stdout: pipe?.pieces ?? (child.stdout as Readable),
		stderr,
		ended: async () => {
			const end = await closed;
			await inputWritten;
			signal.throwIfAborted();
			if (inputError) throw inputError;
			return end;
		},
		close: () => {
			signal.removeEventListener('abort', stop);
			stop();
			pipe?.close();
		},
	};
}

/** The command with a limit on its address space, on Linux: a hostile file must not use up all memory. */
function limited(command: string[]): string[] {
	if (process.platform !== 'linux') return command;
	return ['/bin/sh', '-c', `ulimit -v ${addressSpace} 2>/dev/null; exec "$0" "$@"`, ...command];
}
