import { execFile } from 'node:child_process';

import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { TestContext } from 'vitest';
import { pythonEnvironment } from '#test/python.ts';

const run = promisify(execFile);

/** The SDK resizes masks with scikit-image, which it doesn't ask for. */
const packages = ['supervisely==6.74.51', 'scikit-image==0.26.0'];
/** What the SDK brings needs libraries of a desktop; this one does not, and takes its place where they are missing. */
const headlessOpencv = 'opencv-python-headless==4.14.0.94';

/** Runs a script of `python/` and returns the JSON of its last line. */
export type RunScript = (script: string, ...args: (string | number)[]) => Promise<unknown>;

/** The real Supervisely SDK. Where it cannot be installed the test is skipped, and says so. */
export async function supervisely(context: TestContext): Promise<RunScript> {
	const found = await pythonEnvironment('supervisely', packages);
	if ('unavailable' in found) {
		console.warn(`NOT RUN: ${context.task.name}: ${found.unavailable}`);
		return context.skip(`NOT RUN: ${found.unavailable}`);
	}
	const { python } = found;
	await run(python, ['-c', 'import cv2']).catch(() =>
		run(python, ['-m', 'pip', 'install', '--force-reinstall', '--no-deps', headlessOpencv]),
	);
	return async (script, ...args) => {
		const file = fileURLToPath(new URL(`python/${script}`, import.meta.url));
		const { stdout } = await run(python, [file, ...args.map(String)], { maxBuffer: 1 << 28 });
		const last = stdout.trimEnd().split('\n').at(-1) ?? '';
		return last.startsWith('{') ? JSON.parse(last) : null;
	};
}
