import { execFile } from 'node:child_process';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '#local/cache-folder.ts';
import { lastLine, noteNotRun } from '#test/not-run.ts';

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
	const folder = join(cacheFolder, `venv-${name}`);
	const python = join(folder, 'bin', 'python');
	const manifest = join(folder, 'packages.json');
	const wanted = JSON.stringify(packages);
	if ((await readFile(manifest, 'utf8').catch(() => '')) === wanted) return { python };
	try {
		await rm(folder, { recursive: true, force: true });
		await mkdir(cacheFolder, { recursive: true });
		await run('python3', ['-m', 'venv', folder]);
		const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--retries', '1', '--timeout', '15'];
		await run(python, ['-m', 'pip', 'install', ...options, ...packages], { timeout: installMs });
		// Last, so that an environment that was not finished is not used again.
		await writeFile(manifest, wanted);
		return { python };
	} catch (error) {
		const unavailable = `Python environment ${name} (${packages.join(', ')}): ${lastLine(error)}`;
		await noteNotRun(unavailable);
		return { unavailable };
	}
}
