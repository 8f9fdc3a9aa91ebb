import { execFile } from 'node:child_process';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const cache = join(import.meta.dirname, '../../node_modules/.cache/framefan');
const installMs = 8 * 60_000;
const run = promisify(execFile);

/**
 * A Python with the given PyPI packages, in a virtual environment that is made once and used again while the list of
 * packages stays the same.
 *
 * @param name tells environments apart.
 * @param packages requirements as pip reads them, with their versions.
 * @returns the path of its interpreter, or in one line why there is none: no Python 3, no venv, no package index.
 */
export async function pythonEnvironment(
	name: string,
	packages: string[],
): Promise<{ python: string } | { unavailable: string }> {
	const folder = join(cache, `venv-${name}`);
	const python = join(folder, 'bin', 'python');
	const manifest = join(folder, 'packages.json');
	const wanted = JSON.stringify(packages);
	if ((await readFile(manifest, 'utf8').catch(() => '')) === wanted) return { python };
	try {
		await rm(folder, { recursive: true, force: true });
		await mkdir(cache, { recursive: true });
		await run('python3', ['-m', 'venv', folder]);
		const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--retries', '1', '--timeout', '15'];
		await run(python, ['-m', 'pip', 'install', ...options, ...packages], { timeout: installMs });
		// Last, so that an environment that was not finished is not used again.
		await writeFile(manifest, wanted);
		return { python };
	} catch (error) {
		const unavailable = `Python environment ${name} (${packages.join(', ')}): ${lastLine(error)}`;
		// For the end of a long run, where nobody would look for it in the middle.
		await appendFile(join(cache, 'not-run.txt'), `${unavailable}\n`);
		return { unavailable };
	}
}

function lastLine(error: unknown): string {
	const { stderr, message } = error as { stderr?: string; message: string };
	return (stderr?.trim() || message).split('\n').at(-1) ?? '';
}
