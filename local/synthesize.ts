import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { FramefanError } from '#shared/errors.ts';
import { packageFolder } from '../layers/package-folder.ts';
import { cacheFolder, removeStale } from './cache-folder.ts';

/** Inputs of the template and its assets. */
const inputs = ['infra', 'functions', 'layers', 'package.json'];
const lockFile = join(packageFolder, 'package-lock.json');

const shipped = join(packageFolder, 'dist', 'assembly');
/** Beside the shipped assembly: hashes of what it was made of, a line each: sources, lock file. */
const shippedInputs = join(packageFolder, 'dist', 'assembly-inputs');

const sourcesHash = (): string => {
	const hash = createHash('sha256');
	const files = inputs.flatMap(input =>
		statSync(join(packageFolder, input)).isFile()
			? [input]
			: readdirSync(join(packageFolder, input), { recursive: true, encoding: 'utf8' }).map(name => join(input, name)),
	);
	for (const file of files.filter(file => statSync(join(packageFolder, file)).isFile()).sort()) {
		hash
			.update(`${file}\0`)
			.update(readFileSync(join(packageFolder, file)))
			.update('\0');
	}
	return hash.digest('hex').slice(0, 32);
};

/** Whether no input is newer than the shipped assembly: faster than hashes. A removed file changes the time of its folder. */
const isUntouched = (): boolean => {
	const made = statSync(shippedInputs, { throwIfNoEntry: false })?.mtimeMs;
	if (made === undefined) return false;
	const isOlder = (path: string): boolean => statSync(path).mtimeMs <= made;
	const isFolderOlder = (folder: string): boolean =>
		isOlder(folder) &&
		readdirSync(folder, { withFileTypes: true }).every(entry => {
			const path = join(folder, entry.name);
			return entry.isDirectory() ? isFolderOlder(path) : isOlder(path);
		});
	const paths = inputs.map(input => join(packageFolder, input));
	return (
		paths.every(path => (statSync(path).isDirectory() ? isFolderOlder(path) : isOlder(path))) &&
		(!existsSync(lockFile) || isOlder(lockFile))
	);
};

const lockHash = (): string =>
	existsSync(lockFile) ? createHash('sha256').update(readFileSync(lockFile)).digest('hex').slice(0, 32) : '';

/**
 * The cloud assembly of the stack for the local stack: the same template and bundles that are deployed, with layers that
 * are built where it runs. It comes with the package; where its sources have changed, the CDK app makes it, and it is kept
 * by content.
 * @returns the assembly's folder
 * @throws FramefanError if it has to be built and can't be
 */
export async function synthesize(): Promise<string> {
	if (isUntouched()) return shipped;
	const hashes = [sourcesHash(), lockHash()];
	const [sources, lock] = existsSync(shippedInputs) ? readFileSync(shippedInputs, 'utf8').split('\n') : [];
	// npm leaves the lock file out of a package, which has been tested with it.
	if (sources === hashes[0] && (lock === hashes[1] || hashes[1] === '')) return shipped;
	const assembly = join(cacheFolder, `assembly-${hashes.join('-')}`);
	if (existsSync(join(assembly, 'manifest.json'))) return assembly;
	mkdirSync(cacheFolder, { recursive: true });
	removeStale('assembly-');
	await makeAssembly(assembly);
	return assembly;
}

/** Makes the assembly that comes with the package. */
export async function shipAssembly(): Promise<void> {
	rmSync(shippedInputs, { force: true });
	await makeAssembly(shipped);
	writeFileSync(shippedInputs, [sourcesHash(), lockHash()].join('\n'));
}

async function makeAssembly(assembly: string): Promise<void> {
	try {
		createRequire(import.meta.url).resolve('aws-cdk-lib');
	} catch {
		throw new FramefanError(
			'The sources of this package have changed and aws-cdk-lib, which makes the template, is not installed: install the package again, or run npm ci in a checkout',
		);
	}
	const making = `${assembly}-${process.pid}`;
	const context = JSON.stringify({ ...cdkContext(), layersFor: 'host' });
	await promisify(execFile)(process.execPath, ['--import', 'tsx', join('infra', 'app.ts')], {
		cwd: packageFolder,
		// `npm run synth` is what checks the template by the CDK's rules, which takes longer than all the rest.
		env: { ...process.env, CDK_VALIDATION: 'false', CDK_OUTDIR: making, CDK_CONTEXT_JSON: context },
		maxBuffer: 64 * 1024 * 1024,
	}).catch((error: Error & { stderr?: string }) => {
		rmSync(making, { recursive: true, force: true });
		throw new Error(`The CDK app could not be synthesized:\n${error.stderr?.slice(-4000) ?? error.message}`);
	});
	rmSync(assembly, { recursive: true, force: true });
	renameSync(making, assembly);
}

/** The CDK's own flags. What cdk.json may say of a deployment, such as its VPC, does not apply to the local stack. */
const cdkContext = (): Record<string, unknown> => {
	const { context } = JSON.parse(readFileSync(join(packageFolder, 'cdk.json'), 'utf8')) as {
		context: Record<string, unknown>;
	};
	return Object.fromEntries(Object.entries(context).filter(([key]) => key.startsWith('@aws-cdk/')));
};
