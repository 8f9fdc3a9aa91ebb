import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The token stored in a data folder, generated if there is none. It has 128 characters, as Supervisely's tokens do. */
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
