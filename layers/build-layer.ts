import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** Platform of a layer, with Node's names; glibc is assumed on Linux, as on Lambda. */
export type Target = { platform: string; arch: string };

export const hostTarget: Target = { platform: process.platform, arch: process.arch };

const repository = dirname(import.meta.dirname);

type PackageEntry = { version: string; dependencies?: Record<string, string> };

const lockFile = join(repository, 'package-lock.json');

/** What the lock file says of a package; where this package is a dependency and has no lock file, what is installed. */
const locked = (name: string): PackageEntry => {
	const folder = existsSync(lockFile) ? undefined : installedFolder(name);
	const entry = folder
		? (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as PackageEntry)
		: readLock().packages[`node_modules/${name}`];
	if (!entry) throw new Error(`package-lock.json has no ${name} for this target`);
	return entry;
};

const readLock = (): { packages: Record<string, PackageEntry> } =>
	existsSync(lockFile) ? JSON.parse(readFileSync(lockFile, 'utf8')) : { packages: {} };

/** Packages with native code for a target. */
const nativePackages = {
	ffmpeg: ({ platform, arch }: Target) => [`@ffmpeg-installer/${platform}-${arch}`],
	sharp: ({ platform, arch }: Target) => [
		'sharp',
		...Object.keys(locked('sharp').dependencies ?? {}),
		`@img/sharp-${platform}-${arch}`,
		...(platform === 'win32' ? [] : [`@img/sharp-libvips-${platform}-${arch}`]),
	],
};

/** In the asset of a layer that is built where the local stack runs: JSON with its name as `layer`. */
export const hostLayerFile = 'layer.json';

export type LayerName = keyof typeof nativePackages;

/** Fingerprint of a layer: of package version, target, or the program that replaces it. */
export function layerFingerprint(layer: LayerName, target: Target, program?: string): string {
	if (program !== undefined)
		return createHash('sha256')
			.update(JSON.stringify([layer, target]))
			.update(readProgram(program))
			.digest('hex');
	const parts = nativePackages[layer](target).map(name => `${name}@${locked(name).version}`);
	return createHash('sha256')
		.update(JSON.stringify([layer, target, parts]))
		.digest('hex');
}

const programName = (layer: LayerName, { platform }: Target) => (platform === 'win32' ? `${layer}.exe` : layer);

const readProgram = (path: string): Buffer => {
	try {
		return readFileSync(path);
	} catch (error) {
		throw new Error(`The ffmpeg program ${path} can't be read: ${(error as NodeJS.ErrnoException).code}`);
	}
};

/** Where a package is installed, here or above, as it is where this package is a dependency itself. */
const installedFolder = (name: string): string | undefined =>
	(createRequire(import.meta.url).resolve.paths(name) ?? []).map(folder => join(folder, name)).find(existsSync);

/** Finds installed packages, or downloads those of another platform from the npm registry. */
const packageFolders = (names: string[], target: Target): { folders: string[]; dispose: () => void } => {
	const here = names.map(installedFolder);
	if (here.every(folder => folder !== undefined)) return { folders: here, dispose: () => {} };
	const scratch = mkdtempSync(join(tmpdir(), 'framefan-layer-'));
	const packages = names.map(name => `${name}@${locked(name).version}`);
	const machine = [`--os=${target.platform}`, `--cpu=${target.arch}`, '--libc=glibc', '--ignore-scripts', '--no-save'];
	execFileSync('npm', ['install', '--force', '--prefix', scratch, ...machine, ...packages], { stdio: 'inherit' });
	return {
		folders: names.map(name => join(scratch, 'node_modules', name)),
		dispose: () => rmSync(scratch, { recursive: true }),
	};
};

/**
 * Builds a layer as Lambda mounts it under /opt: `bin/` is on PATH, `nodejs/node_modules` on NODE_PATH.
 * Works without network when the target's packages are installed (they are, when it is this machine).
 * @param program path of a program to use instead of the package's
 */
export function buildLayer(layer: LayerName, target: Target, outputFolder: string, program?: string): void {
	if (program !== undefined) {
		mkdirSync(join(outputFolder, 'bin'), { recursive: true });
		writeFileSync(join(outputFolder, 'bin', programName(layer, target)), readProgram(program), { mode: 0o755 });
		return;
	}
	const names = nativePackages[layer](target);
	const { folders, dispose } = packageFolders(names, target);
	try {
		if (layer === 'ffmpeg') {
			const executable = programName(layer, target);
			mkdirSync(join(outputFolder, 'bin'), { recursive: true });
			cpSync(join(folders[0] as string, executable), join(outputFolder, 'bin', executable));
			chmodSync(join(outputFolder, 'bin', executable), 0o755);
			return;
		}
		names.forEach((name, at) => {
			cpSync(folders[at] as string, join(outputFolder, 'nodejs', 'node_modules', name), { recursive: true });
		});
	} finally {
		dispose();
	}
}
