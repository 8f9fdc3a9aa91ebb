// Builds what programs import from the package, since Node runs no TypeScript from node_modules; the command; and the
// template with the bundles of the functions. Plain JavaScript, since it runs while packages are being installed.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import { buildCommand } from '../cli/build.mjs';

const root = join(import.meta.dirname, '..');
rmSync(join(root, 'dist'), { recursive: true, force: true });
await build({
	...{ outdir: join(root, 'dist'), bundle: true, platform: 'node', format: 'esm', target: 'node20' },
	entryPoints: { index: join(root, 'library/index.ts') },
	packages: 'external',
});
await buildCommand();
// An installation without development packages has no compiler, and needs no declarations.
if (findPackage('rollup-plugin-dts')) await writeDeclarations();
if (findPackage('aws-cdk-lib'))
	execFileSync(process.execPath, ['--import', 'tsx', 'local/ship-assembly.ts'], { cwd: root, stdio: 'inherit' });

/** Writes the package's declarations into one file; a file for each source would need the options of this project. */
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
