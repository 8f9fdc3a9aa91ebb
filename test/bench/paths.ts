import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..', '..');
export const cache = join(root, 'node_modules/.cache/framefan/bench');
export const results = join(import.meta.dirname, 'results');
export const peers = join(import.meta.dirname, 'peers');
export const command = join(root, 'cli/framefan.mjs');

/** In memory where the system has such a folder, so that no disk takes part in a race. */
export const scratch = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Gives an empty folder to some work, and removes it with what is in it. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
	const folder = mkdtempSync(join(scratch, 'framefan-bench-'));
	const remove = () => rmSync(folder, { recursive: true, force: true });
	process.once('exit', remove);
	try {
		return await work(folder);
	} finally {
		process.off('exit', remove);
		remove();
	}
}

/** How many files lie in a folder, and their bytes in all. */
export function filesIn(folder: string): { count: number; bytes: number } {
	const names = readdirSync(folder);
	return { count: names.length, bytes: names.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) };
}
