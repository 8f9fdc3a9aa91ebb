import { spawn } from 'node:child_process';
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg';

/** Exit code and output of ffmpeg. `code` is null when it was stopped at its time limit. */
export type FfmpegResult = { code: number | null; stdout: Buffer; stderr: string };

const stderrKept = 256 * 1024;

/**
 * Runs the bundled ffmpeg, for at most `timeoutMs`. It can open local files only.
 * @throws Error when ffmpeg can't be started; not when it fails, see `code`
 */
export function runFfmpeg(args: string[], timeoutMs: number): Promise<FfmpegResult> {
	return new Promise((resolve, reject) => {
		const child = spawn(
			ffmpegInstaller.path,
			['-hide_banner', '-nostdin', '-protocol_whitelist', 'file,pipe', ...args],
			{
				stdio: ['ignore', 'pipe', 'pipe'],
				timeout: timeoutMs,
				killSignal: 'SIGKILL',
			},
		);
		const stdout: Buffer[] = [];
		let stderr = '';
		child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
		child.stderr.on('data', (chunk: Buffer) => {
			stderr = (stderr + chunk.toString('latin1')).slice(-stderrKept);
		});
		child.on('error', reject);
		child.on('close', code => resolve({ code, stdout: Buffer.concat(stdout), stderr }));
	});
}
