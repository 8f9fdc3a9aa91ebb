// Tells whether the built file can be run instead of the sources, which have to be compiled each time. Plain
// JavaScript, so that it runs before anything is compiled.
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';

const sources = ['cli', 'demo', 'functions', 'infra', 'layers', 'library', 'local'];

/**
 * Whether a built file is at least as new as all sources of a package. In an installed package, whose sources don't
 * change, it only has to exist.
 * @param {string} built
 * @param {string} folder of the package
 */
export function isBuilt(built, folder) {
	if (folder.split(sep).includes('node_modules')) return existsSync(built);
	try {
		const { mtimeMs } = statSync(built);
		return sources.every(source =>
			readdirSync(join(folder, source), { recursive: true, encoding: 'utf8' })
				.filter(name => name.endsWith('.ts'))
				.every(name => statSync(join(folder, source, name)).mtimeMs <= mtimeMs),
		);
	} catch {
		return false;
	}
}
