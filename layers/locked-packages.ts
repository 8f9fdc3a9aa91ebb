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

/** What the lock file says of a package; without a lock file, as when Framefan is a dependency, what is installed. */
export function lockedPackage(name: string): LockedPackage {
	const folder = existsSync(lockFile) ? undefined : installedFolder(name);
	const entry = folder
		? (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as LockedPackage)
		: readLock().packages[`node_modules/${name}`];
	if (!entry) throw new FramefanError(`package-lock.json has no ${name} for this target`);
	return entry;
}

/** The folder of an installed package: in this package, or above it if Framefan is itself a dependency. */
const installedFolder = (name: string): string | undefined =>
	(createRequire(import.meta.url).resolve.paths(name) ?? []).map(folder => join(folder, name)).find(existsSync);

/**
 * Finds installed packages, or downloads those of another platform from the npm registry.
 * @returns the folders in the order of `names`, and a function that removes what was downloaded
 * @throws Error when a downloaded archive does not have the hash in the lock file
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

/** Installs these packages and no others, with a lock file of their own, so that npm checks the hash of each. */
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
