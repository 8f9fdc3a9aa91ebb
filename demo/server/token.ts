import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The token kept in a data folder; made at first. It is 128 characters long, as Supervisely's are. */
export function keptToken(dataDir: string): string {
	mkdirSync(dataDir, { recursive: true });
	const file = join(dataDir, 'token');
	try {
		writeFileSync(file, randomBytes(64).toString('hex'), { flag: 'wx', mode: 0o600 });
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
	}
	return readFileSync(file, 'utf8').trim();
}
