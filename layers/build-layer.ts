import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programName, readProgram } from './ffmpeg-program.ts';
import { writeFfmpegLicences, writeSharpLicences } from './licences.ts';
import { packageFolders } from './locked-packages.ts';
import { type LayerName, nativePackages } from './native-packages.ts';
import type { Target } from './target.ts';

/** File in the asset of a layer that is only built where the local stack runs: JSON with its name as `layer`. */
export const hostLayerFile = 'layer.json';

/**
 * Builds a layer as Lambda mounts it under /opt: `bin/` is on PATH, `nodejs/node_modules` on NODE_PATH.
 * Works without network when the target's packages are installed, as they are if the target is this machine.
 * @param program path of a program to use instead of the package's
 */
export function buildLayer(layer: LayerName, target: Target, outputFolder: string, program?: string): void {
	if (program !== undefined) {
		writeProgram(outputFolder, programName(layer, target), readProgram(program));
		writeFfmpegLicences(outputFolder, undefined);
		return;
	}
	const names = nativePackages[layer](target);
	const { folders, dispose } = packageFolders(names, target);
	try {
		if (layer === 'ffmpeg') {
			const [folder = ''] = folders;
			const name = programName(layer, target);
			writeProgram(outputFolder, name, readProgram(join(folder, name)));
			writeFfmpegLicences(outputFolder, folder);
			return;
		}
		names.forEach((name, at) => {
			cpSync(folders[at] as string, join(outputFolder, 'nodejs', 'node_modules', name), { recursive: true });
		});
		writeSharpLicences(outputFolder, target);
	} finally {
		dispose();
	}
}

const writeProgram = (outputFolder: string, name: string, bytes: Buffer): void => {
	mkdirSync(join(outputFolder, 'bin'), { recursive: true });
	writeFileSync(join(outputFolder, 'bin', name), bytes, { mode: 0o755 });
};
