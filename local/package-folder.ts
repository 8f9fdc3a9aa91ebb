import { existsSync, readdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The root folder of this package, also from built code. */
export const packageFolder = ((): string => {
	let folder = import.meta.dirname;
	while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
	return folder;
})();

/** The cache of what is built from the package's sources; it can be removed at any time. */
export const cacheFolder = join(packageFolder, 'node_modules', '.cache', 'framefan');

const staleAfterMs = 24 * 3600 * 1000;

/** Removes folders of the cache whose names begin so, a day after they were made. */
export function removeStale(prefix: string): void {
	for (const name of readdirSync(cacheFolder).filter(name => name.startsWith(prefix))) {
		const age = Date.now() - statSync(join(cacheFolder, name)).mtimeMs;
		if (age > staleAfterMs) rmSync(join(cacheFolder, name), { recursive: true, force: true });
	}
}
