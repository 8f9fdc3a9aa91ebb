import { readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { packageFolder } from '../layers/package-folder.ts';

/** The cache of what is built from the package's sources; it can be removed at any time. */
export const cacheFolder = join(packageFolder, 'node_modules', '.cache', 'framefan');

const staleAfterMs = 24 * 3600 * 1000;

/** Removes folders of the cache whose names begin with a prefix, if they are older than a day. */
export function removeStale(prefix: string): void {
	for (const name of readdirSync(cacheFolder).filter(name => name.startsWith(prefix))) {
		const age = Date.now() - statSync(join(cacheFolder, name)).mtimeMs;
		if (age > staleAfterMs) rmSync(join(cacheFolder, name), { recursive: true, force: true });
	}
}
