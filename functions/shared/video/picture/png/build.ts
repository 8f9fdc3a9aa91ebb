// Builds `built/` from `assembly/` and `worker.ts`: `npm run wasm`. `npm run wasm:check` builds it again in memory, and
// fails when other bytes come out.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { main } from 'assemblyscript/asc';
import { build } from 'esbuild';

const folder = import.meta.dirname;

/** Contents of the files in `built/`, by name. */
export async function buildPictures(): Promise<Record<string, Buffer>> {
	const wasm = await compileAssembly();
	const source = [
		'// Built by `npm run wasm`: not to be changed by hand.',
		'/** `pictures.wasm`, here so that bundles and any working folder find it. */',
		`export const moduleBase64 = ${JSON.stringify(wasm.toString('base64'))};`,
		'/** `worker.ts` as one script. */',
		`export const workerCode = ${JSON.stringify(await bundleWorker())};`,
		'',
	].join('\n');
	return { 'pictures.wasm': wasm, 'pictures.ts': Buffer.from(source) };
}

/** @throws Error with the messages of the compiler */
const compileAssembly = async (): Promise<Buffer> => {
	let wasm: Buffer | undefined;
	const options = [
		'--baseDir',
		join(folder, 'assembly'),
		'--outFile',
		'pictures.wasm',
		...['--runtime', 'stub', '--noAssert', '--optimizeLevel', '3', '--shrinkLevel', '0'],
		...['--enable', 'simd,threads', '--importMemory', '--sharedMemory'],
		...['--initialMemory', '16', '--maximumMemory', '32768'],
		// Without warnings of casts that addresses of 64 bits would need.
		...['--disableWarning', '201'],
	];
	const { error, stderr } = await main(['index.ts', ...options], {
		writeFile: (_, content) => {
			wasm = Buffer.from(content);
		},
	});
	if (error || !wasm) throw new Error(`${error?.message}\n${stderr}`);
	return wasm;
};

const bundleWorker = async (): Promise<string> => {
	const { outputFiles } = await build({
		entryPoints: [join(folder, 'worker.ts')],
		absWorkingDir: folder,
		bundle: true,
		platform: 'node',
		format: 'cjs',
		target: 'node20',
		minifyWhitespace: true,
		write: false,
	});
	return outputFiles[0]?.text ?? '';
};

if (process.argv[1] === import.meta.filename) {
	const isCheck = process.argv.includes('--check');
	for (const [name, content] of Object.entries(await buildPictures())) {
		const file = join(folder, 'built', name);
		if (!isCheck) await writeFile(file, content);
		else if (!content.equals(await readFile(file))) {
			console.error(`${name} is not what its sources build: run npm run wasm`);
			process.exitCode = 1;
		}
	}
}
