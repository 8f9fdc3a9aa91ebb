import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readProgram } from './ffmpeg-program.ts';
import { lockedPackage } from './locked-packages.ts';
import { type LayerName, nativePackages } from './native-packages.ts';
import { layersFolder } from './package-folder.ts';
import type { Target } from './target.ts';

/**
 * Fingerprint of a layer, of everything that decides what is in it: the target, what the lock file says of its packages
 * or the program that replaces them, and all files of this folder, which build it.
 */
export function layerFingerprint(layer: LayerName, target: Target, program?: string): string {
	const hash = createHash('sha256').update(JSON.stringify([layer, target]));
	for (const [name, bytes] of buildFiles()) hash.update(`\0${name}\0`).update(bytes);
	if (program !== undefined) return hash.update(readProgram(program)).digest('hex');
	const packages = nativePackages[layer](target).map(name => {
		const { version, integrity } = lockedPackage(name);
		return [name, version, integrity];
	});
	return hash.update(JSON.stringify(packages)).digest('hex');
}

/** The files of this folder by their names, in order. */
function buildFiles(): [name: string, bytes: Buffer][] {
	return readdirSync(layersFolder, { recursive: true, encoding: 'utf8' })
		.filter(name => statSync(join(layersFolder, name)).isFile())
		.sort()
		.map(name => [name, readFileSync(join(layersFolder, name))]);
}
