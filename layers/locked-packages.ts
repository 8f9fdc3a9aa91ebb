import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FramefanError } from '../functions/shared/errors.ts';
import { packageFolder } from './package-folder.ts';
import type { Target } from './target.ts';

/** What the lock file says of a package. `integrity`: hash of its archive. */
export type LockedPackage = { version: string; integrity?: string; dependencies?: Record<string, string> };

const lockFile = join(packageFolder, 'package-lock.json');

const readLock = (): { packages: Record<string, LockedPackage> } =>
	existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')) : { packages: {} };

/** What the lock file says of a package; where this package is a dependency and has no lock file, what is installed. */
export function lockedPackage(name: string): LockedPackage {
	const folder = existsSync(lockFile) ? undefined : installedFolder(name);
	const entry = folder
		? (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as LockedPackage)
		: readLock().packages[`node_modules/${name}`];
	if (!entry) throw new FramefanError(`package-lock.json has no ${name} for this target`);
	return entry;
}

/** Where a package is installed, here or above, as it is where this package is a dependency itself. */
const installedFolder = (name: string): string | undefined =>
	(createRequire(import.meta.url).resolve.paths(name) ?? []).map(folder => join(folder, name)).find(existsSync);

/**
 * Finds installed packages, or downloads those of another platform from the npm registry.
 * @throws Error where the registry has other bytes than the lock file knows
 */
export function packageFolders(names: string[], target: Target): { folders: string[]; dispose: () => void } {
	const here = names.map(installedFolder);
	if (here.every(folder => folder !== undefined)) return { folders: here, dispose: () => {} };
	const scratch = mkdtempSync(join(tmpdir(), 'framefan-layer-'));
	const dispose = () => rmSync(scratch, { recursive: true, force: true });
	try {
		download(
			scratch,
			names.map(name => [name, lockedPackage(name)]),
			target,
		);
	} catch (error) {
		dispose();
		throw error;
	}
	return { folders: names.map(name => join(scratch, 'node_modules', name)), dispose };
}

/** Installs these packages and no others by a lock file of their own: so npm checks the hash of each. */
export function download(folder: string, packages: [name: string, locked: LockedPackage][], target: Target): void {
	const dependencies = Object.fromEntries(packages.map(([name, { version }]) => [name, version]));
	const root = { name: 'framefan-layer', version: '0.0.0', dependencies };
	const entries = packages.map(([name, { version, integrity, dependencies = {} }]) => {
		if (!integrity) throw new FramefanError(`package-lock.json has no hash of ${name}, so it can't be downloaded`);
		return [`node_modules/${name}`, { version, integrity, dependencies }];
	});
	const lock = { ...root, lockfileVersion: 3, packages: { '': root, ...Object.fromEntries(entries) } };
	writeFileSync(join(folder, 'package.json'), JSON.stringify(root));
	writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(lock));
	const machine = [`--os=${target.platform}`, `--cpu=${target.arch}`, '--libc=glibc'];
	const quiet = ['--ignore-scripts', '--no-audit', '--no-fund'];
	execFileSync('npm', ['ci', '--prefix', folder, ...machine, ...quiet], {
		cwd: folder,
		stdio: ['ignore', 'ignore', 'pipe'],
	});
}
