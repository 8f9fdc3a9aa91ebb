import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { type EnvironmentName, versionsOf } from './environments.ts';
import { root } from './paths.ts';

/** The machine in one line. */
export function machine(): string {
	const memory = Math.round(totalmem() / 2 ** 30);
	const cores = availableParallelism();
	return `${cores} × ${cpus()[0]?.model.trim() ?? 'unknown processor'} (${arch()}), ${memory} GiB, ${system()}, Node ${process.versions.node}`;
}

/** Versions of Framefan's parts, and of the packages in these environments. */
export async function versions(environments: readonly EnvironmentName[]): Promise<Record<string, string>> {
	const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
	const sharp = JSON.parse(readFileSync(join(root, 'node_modules/sharp/package.json'), 'utf8')) as { version: string };
	const all = await Promise.all(environments.map(versionsOf));
	return {
		framefan: [version, commit()].filter(Boolean).join(' at '),
		'shipped ffmpeg': firstLine(ffmpeg.path, ['-version']).replace(/^ffmpeg version (\S+).*/, '$1'),
		sharp: sharp.version,
		Python: environments.length ? firstLine('python3', ['--version']).replace('Python ', '') : '',
		...Object.assign({}, ...all),
	};
}

const commit = (): string => firstLine('git', ['-C', root, 'describe', '--always', '--dirty', '--exclude', '*']);

function system(): string {
	try {
		const name = /^PRETTY_NAME="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1];
		return name ?? `${type()} ${release()}`;
	} catch {
		return `${type()} ${release()}`;
	}
}

function firstLine(program: string, args: string[]): string {
	try {
		return execFileSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).split('\n')[0] ?? '';
	} catch {
		return '';
	}
}
