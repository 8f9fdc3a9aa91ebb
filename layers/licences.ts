import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type LayerName, libvipsPackage } from './native-packages.ts';
import { layersFolder } from './package-folder.ts';
import type { Target } from './target.ts';

const texts = join(layersFolder, 'licences');

/** The folder for a layer's licences. Each layer has its own, since all layers are mounted under /opt. */
const folderOf = (outputFolder: string, layer: LayerName): string => {
	const folder = join(outputFolder, 'licences', layer);
	mkdirSync(folder, { recursive: true });
	return folder;
};

const readJson = (...path: string[]): Record<string, string> => JSON.parse(readFileSync(join(...path), 'utf8'));

/**
 * Writes the texts of the licences into the layer of ffmpeg, and where its source is available.
 * @param packageFolder the package that has the program; undefined for a program that replaces it
 */
export function writeFfmpegLicences(outputFolder: string, packageFolder: string | undefined): void {
	const folder = folderOf(outputFolder, 'ffmpeg');
	if (packageFolder === undefined) {
		const notice =
			'This ffmpeg was named when the layer was built. Whoever made it tells its licence and its source.\n';
		writeFileSync(join(folder, 'README.txt'), notice);
		return;
	}
	const { name, version, homepage, ffmpeg = '' } = readJson(packageFolder, 'package.json');
	const commit = /g([0-9a-f]{7,40})$/.exec(ffmpeg)?.[1] ?? 'master';
	cpSync(join(texts, 'GPL-3.0.txt'), join(folder, 'GPL-3.0.txt'));
	writeFileSync(
		join(folder, 'README.txt'),
		`bin/ffmpeg is FFmpeg ${ffmpeg}, as it is in the npm package ${name} ${version}.
It is under the GNU General Public License, version 3 or later: GPL-3.0.txt.

Its source: https://github.com/FFmpeg/FFmpeg/tree/${commit}
The build, and the libraries in it: ${homepage}
"ffmpeg -version" prints how it was configured.
`,
	);
}

/** Writes the texts of the licences into the layer of sharp, and where the source of libvips is available. */
export function writeSharpLicences(outputFolder: string, target: Target): void {
	const folder = folderOf(outputFolder, 'sharp');
	const modules = join(outputFolder, 'nodejs', 'node_modules');
	for (const text of ['LGPL-3.0.txt', 'GPL-3.0.txt']) cpSync(join(texts, text), join(folder, text));
	cpSync(join(modules, 'sharp', 'LICENSE'), join(folder, 'Apache-2.0.txt'));
	const libvips = libvipsPackage(target);
	const { version } = readJson(modules, libvips, 'package.json');
	const { vips } = readJson(modules, libvips, 'versions.json');
	writeFileSync(
		join(folder, 'README.txt'),
		`sharp is under the Apache License, version 2.0: Apache-2.0.txt.

It loads libvips ${vips}, which is under the GNU Lesser General Public License, version 3: LGPL-3.0.txt, which adds to
GPL-3.0.txt. It is a shared library of its own, nodejs/node_modules/${libvips}, which may be replaced.
The README of that package names the licences of the libraries in it, and versions.json their versions.

Source of libvips: https://github.com/libvips/libvips/tree/v${vips}
How it was built: https://github.com/lovell/sharp-libvips/tree/v${version}
`,
	);
}
