// Builds what programs import from the package, since Node runs no TypeScript from node_modules; the command, which starts
// in a third of the time then; and the template with the bundles of the functions. Plain JavaScript, since it runs while packages are being installed.
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
	minify: true,
	keepNames: true,
	mainFields: ['module', 'main'],
	// Those that look for files beside themselves.
	external: ['@ffmpeg-installer/ffmpeg', '@fontsource/inter', 'opentype.js', 'sharp'],
	// CommonJS packages inside an ES module bundle still ask for built-in modules by `require`.
	banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
});
// Types need the compiler, which an installation without development packages has not.
const compiler = findPackage('typescript/bin/tsc');
if (compiler) {
	const project = join(root, 'library/tsconfig.json');
	execFileSync(process.execPath, [compiler, '--project', project], { stdio: 'inherit' });
}
if (findPackage('aws-cdk-lib'))
	execFileSync(process.execPath, ['--import', 'tsx', 'infra/local/ship-assembly.ts'], { cwd: root, stdio: 'inherit' });

function findPackage(path) {
	try {
		return createRequire(import.meta.url).resolve(path);
	} catch {
		return undefined;
	}
}
