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
 * Takes a data folder for this process alone; one that a dead process left is taken over.
 * @returns a function that gives it free
 * @throws FramefanError that names the process which has it
 */
export const takeDataFolder = (folder: string): (() => void) => {
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
};
