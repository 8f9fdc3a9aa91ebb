import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FramefanError } from '#shared/errors.ts';

const isAlive = (pid: number): boolean => {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
};

/**
 * Locks a data folder for this process; a stale lock of a dead process is replaced.
 * @returns a function that unlocks it
 * @throws FramefanError with the id of the process that holds it
 */
export function lockDataFolder(folder: string): () => void {
	mkdirSync(folder, { recursive: true });
	const lock = join(folder, 'in-use-by');
	for (;;) {
		try {
			writeFileSync(lock, String(process.pid), { flag: 'wx' });
			return () => rmSync(lock, { force: true });
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
			const holder = Number(readFileSync(lock, 'utf8'));
			if (holder !== process.pid && isAlive(holder)) {
				throw new FramefanError(
					`${folder} is in use by process ${holder}: wait for it, stop it, or choose another --data`,
				);
			}
			rmSync(lock, { force: true });
		}
	}
}
