// Builds what programs import from the package, since Node runs no TypeScript from node_modules; the command, which then
// starts in a third of the time; and the template with the bundles of the functions. Plain JavaScript, since it runs while
// packages are being installed.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
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
	pointToDeclarations(join(root, 'dist', 'types'));
}
if (findPackage('aws-cdk-lib'))
	execFileSync(process.execPath, ['--import', 'tsx', 'local/ship-assembly.ts'], { cwd: root, stdio: 'inherit' });

/** Makes declarations import each other: the sources, which they name, would be checked by the options of whoever imports them. */
function pointToDeclarations(types) {
	const { imports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
	for (const name of readdirSync(types, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.d.ts'))) {
		const file = join(types, name);
		const text = readFileSync(file, 'utf8').replace(
			/(['"])(#\w+\/|\.\.?\/)([^'"]+)\.ts\1/g,
			(_, quote, start, rest) => {
				const folder = imports[`${start}*`];
				const to = folder ? relative(dirname(file), join(types, folder.replace('*', rest))) : `${start}${rest}`;
				return `${quote}${to.startsWith('.') ? to : `./${to}`}.js${quote}`;
			},
		);
		writeFileSync(file, text);
	}
}

function findPackage(path) {
	try {
		return createRequire(import.meta.url).resolve(path);
	} catch {
		return undefined;
	}
}
