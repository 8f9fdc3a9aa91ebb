import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'framefan-map-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (path: string, lines: string[]): void => {
	mkdirSync(join(folder, path, '..'), { recursive: true });
	writeFileSync(join(folder, path), lines.join('\n'));
};

/** Places of a stack that Node prints for the bundle, as file and line. */
const places = (): string[] => {
	const options = ['--enable-source-maps', join(folder, 'out/index.mjs')];
	const stack = execFileSync(process.execPath, options, { encoding: 'utf8' });
	return [...stack.matchAll(/([\w.-]+\.[cm]?[jt]s):(\d+):\d+/g)].map(([, file, line]) => `${file}:${line}`);
};

test('stacks name our sources as before, and the bundle where the code is of a package', async () => {
	write('node_modules/caller/index.js', ['// One line', 'export function call(work) {', '\treturn work();', '}']);
	write('source/inner.ts', [
		'export function inner(): never {',
		'\tconst what: string = "why";',
		'\tthrow new Error(what);',
		'}',
	]);
	write('source/index.ts', [
		'import { call } from "caller";',
		'import { inner } from "./inner.ts";',
		'',
		'try {',
		'\tcall(() => inner());',
		'} catch (error) {',
		'\tconsole.log((error as Error).stack);',
		'}',
	]);
	await build({
		...{ entryPoints: [join(folder, 'source/index.ts')], outfile: join(folder, 'out/index.mjs'), bundle: true },
		...{ format: 'esm', platform: 'node', minify: true, sourcemap: true, sourcesContent: false },
	});
	const map = join(folder, 'out/index.mjs.map');
	expect(places()).toEqual(['inner.ts:3', 'index.ts:5', 'index.js:3', 'index.ts:5']);
	const before = readFileSync(map).length;

	execFileSync(process.execPath, [join(import.meta.dirname, '../../infra/trim-source-map.mjs'), map]);
	expect(places()).toEqual(['inner.ts:3', 'index.ts:5', 'index.mjs:1', 'index.ts:5']);
	expect(JSON.parse(readFileSync(map, 'utf8')).sources).toEqual(['../source/inner.ts', '../source/index.ts']);
	expect(readFileSync(map).length).toBeLessThan(before);
});
