// Builds what programs import from the package, since Node runs no TypeScript from node_modules; the command, which then
// starts in a third of the time; and the template with the bundles of the functions. Plain JavaScript, since it runs while
// packages are being installed.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
rmSync(join(root, 'dist'), { recursive: true, force: true });
const common = { outdir: join(root, 'dist'), bundle: true, platform: 'node', format: 'esm', target: 'node20' };
await build({ ...common, entryPoints: { index: join(root, 'library/index.ts') }, packages: 'external' });
await build({
	...common,
	entryPoints: { cli: join(root, 'cli/main.ts') },
	// What a command imports while it works is loaded by no other one.
	splitting: true,
	chunkNames: 'cli-[hash]',
	minify: true,
	keepNames: true,
	mainFields: ['module', 'main'],
	// Those that look for files beside themselves.
	external: ['@ffmpeg-installer/ffmpeg', '@fontsource/inter', 'opentype.js', 'sharp'],
	// CommonJS packages inside an ES module bundle still ask for built-in modules by `require`.
	banner: { js: "import{createRequire as requireOf}from'node:module';const require=requireOf(import.meta.url);" },
});
// An installation without development packages has no compiler, and needs no declarations.
if (findPackage('rollup-plugin-dts')) await writeDeclarations();
if (findPackage('aws-cdk-lib'))
	execFileSync(process.execPath, ['--import', 'tsx', 'local/ship-assembly.ts'], { cwd: root, stdio: 'inherit' });

/** One file with the declarations of the package, since those of the sources would need the options of this project. */
async function writeDeclarations() {
	const [{ rollup }, { dts }] = [await import('rollup'), await import('rollup-plugin-dts')];
	const bundle = await rollup({
		input: join(root, 'library/index.ts'),
		external: name => !/^[./#]/.test(name),
		plugins: [dts({ tsconfig: join(root, 'tsconfig.json'), compilerOptions: { stripInternal: true } })],
	});
	await bundle.write({ file: join(root, 'dist/index.d.ts'), format: 'es' });
	await bundle.close();
}

function findPackage(path) {
	try {
		return createRequire(import.meta.url).resolve(path);
	} catch {
		return undefined;
	}
}
