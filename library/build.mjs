// Builds what programs import from the package, since Node runs no TypeScript from node_modules, and the command, which
// starts in half the time then. Plain JavaScript, since it runs while packages are being installed.
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';

const root = join(import.meta.dirname, '..');
rmSync(join(root, 'dist'), { recursive: true, force: true });
await build({
	entryPoints: { index: join(root, 'library/index.ts'), cli: join(root, 'cli/main.ts') },
	outdir: join(root, 'dist'),
	bundle: true,
	packages: 'external',
	platform: 'node',
	format: 'esm',
	target: 'node20',
});
// Types need the compiler, which an installation without development packages has not.
const compiler = findPackage('typescript/bin/tsc');
if (compiler) {
	const project = join(root, 'library/tsconfig.json');
	execFileSync(process.execPath, [compiler, '--project', project], { stdio: 'inherit' });
}

function findPackage(path) {
	try {
		return createRequire(import.meta.url).resolve(path);
	} catch {
		return undefined;
	}
}
