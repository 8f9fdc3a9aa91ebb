import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageFolder } from './package-folder.ts';

const repository = packageFolder;
const cache = join(repository, 'node_modules', '.cache', 'framefan');

/** Inputs of the template and its assets. */
const inputs = [
	'infra/app.ts',
	'infra/stack.ts',
	'infra/settings.ts',
	'infra/constructs',
	'functions',
	'layers',
].concat('package.json', 'package-lock.json');

const inputsHash = (ffmpeg: string | undefined): string => {
	const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
	// An ffmpeg is identified by path, size and time: hashing its 100 MB would take too long.
	if (ffmpeg && existsSync(ffmpeg)) hash.update(`${ffmpeg} ${statSync(ffmpeg).size} ${statSync(ffmpeg).mtimeMs}`);
	const files = inputs.flatMap(input =>
		statSync(join(repository, input)).isFile()
			? [input]
			: readdirSync(join(repository, input), { recursive: true, encoding: 'utf8' }).map(name => join(input, name)),
	);
	for (const file of files.filter(file => statSync(join(repository, file)).isFile()).sort()) {
		hash
			.update(`${file}\0`)
			.update(readFileSync(join(repository, file)))
			.update('\0');
	}
	return hash.digest('hex').slice(0, 32);
};

/** Assemblies of other versions of the code, older than a day. */
const removeStale = (): void => {
	for (const name of readdirSync(cache).filter(name => name.startsWith('assembly-'))) {
		const age = Date.now() - statSync(join(cache, name)).mtimeMs;
		if (age > 24 * 3600 * 1000) rmSync(join(cache, name), { recursive: true, force: true });
	}
};

/**
 * The cloud assembly of the stack for this machine: the template and bundles of a deployment, with native code for this
 * machine, and the ffmpeg of `FFMPEG_PATH`. Synthesized by the CDK app and cached by content.
 * @returns the assembly's folder
 */
export const synthesize = async (): Promise<string> => {
	const ffmpeg = process.env.FFMPEG_PATH;
	const assembly = join(cache, `assembly-${inputsHash(ffmpeg)}`);
	if (existsSync(join(assembly, 'manifest.json'))) return assembly;
	mkdirSync(cache, { recursive: true });
	removeStale();
	const making = `${assembly}-${process.pid}`;
	await promisify(execFile)(process.execPath, ['--import', 'tsx', join('infra', 'app.ts')], {
		cwd: repository,
		env: {
			...process.env,
			CDK_OUTDIR: making,
			CDK_CONTEXT_JSON: JSON.stringify({ ...cdkContext(), layersFor: 'host', ...(ffmpeg ? { ffmpeg } : {}) }),
		},
		maxBuffer: 64 * 1024 * 1024,
	}).catch((error: Error & { stderr?: string }) => {
		rmSync(making, { recursive: true, force: true });
		throw new Error(`The CDK app could not be synthesized:\n${error.stderr?.slice(-4000) ?? error.message}`);
	});
	rmSync(assembly, { recursive: true, force: true });
	renameSync(making, assembly);
	return assembly;
};

const cdkContext = (): Record<string, unknown> =>
	(JSON.parse(readFileSync(join(repository, 'cdk.json'), 'utf8')) as { context: Record<string, unknown> }).context;
