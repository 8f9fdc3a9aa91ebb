import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { cacheFolder, removeStale } from '#local/cache-folder.ts';

const made = new Map<string, Promise<string>>();

/** The file of a program with all that it imports of this repository: compiled once, however often it is started. */
export function compiledProgram(source: string): Promise<string> {
	const known = made.get(source) ?? compile(source);
	made.set(source, known);
	return known;
}

const compile = async (source: string): Promise<string> => {
	const { outputFiles } = await build({
		...{ entryPoints: [source], bundle: true, write: false, packages: 'external' },
		...{ platform: 'node', format: 'esm', target: 'node20' },
	});
	const code = outputFiles.map(({ contents }) => contents).at(0) as Uint8Array;
	// Beside the packages that it imports.
	const file = join(cacheFolder, `program-${createHash('sha256').update(code).digest('hex').slice(0, 32)}.mjs`);
	if (existsSync(file)) return file;
	mkdirSync(cacheFolder, { recursive: true });
	removeStale('program-');
	writeFileSync(`${file}-${process.pid}`, code);
	renameSync(`${file}-${process.pid}`, file);
	return file;
};
