// Builds the command, which then starts in a fraction of the time. Plain JavaScript, since it runs while packages are
// being installed.
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const root = dirname(import.meta.dirname);
const dist = join(root, 'dist');

/** Writes `dist/cli.js`, with a file for each part that only some commands need. */
export async function buildCommand() {
	for (const name of existsSync(dist) ? readdirSync(dist) : [])
		if (/^cli\b.*\.js$/.test(name)) rmSync(join(dist, name));
	await build({
		...{ outdir: dist, bundle: true, platform: 'node', format: 'esm', target: 'node20' },
		entryPoints: { cli: join(root, 'cli/main.ts') },
		// What a command imports dynamically is not loaded by other commands.
		splitting: true,
		chunkNames: 'cli-[hash]',
		minify: true,
		mainFields: ['module', 'main'],
		// Packages that look for files in their own folders.
		external: ['@ffmpeg-installer/ffmpeg', '@fontsource/inter', 'opentype.js', 'sharp'],
		// CommonJS packages inside an ES module bundle still ask for built-in modules by `require`.
		banner: { js: "import{createRequire as requireOf}from'node:module';const require=requireOf(import.meta.url);" },
	});
}
