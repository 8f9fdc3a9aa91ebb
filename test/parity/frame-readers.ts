import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pythonEnvironment } from '#test/python.ts';

const packages = ['av==18.1.0', 'opencv-python-headless==4.14.0.94', 'numpy==2.4.1'];

/** What another reader's pictures are beside ours. */
export type Comparison = {
	count: number;
	equal: number;
	worst: number;
	moved: number[];
	otherSize: number;
};
export type Comparisons = { pyav: Comparison | { error: string }; opencv: Comparison | { error: string } };

export type FrameReaders = {
	compare: (task: { path: string; raw: string; width: number; height: number }) => Promise<Comparisons>;
	close: () => void;
};

/** Starts PyAV and OpenCV in one Python; in words why there is none where they can't be installed. */
export async function startFrameReaders(): Promise<FrameReaders | { unavailable: string }> {
	const found = await pythonEnvironment('frame-readers', packages);
	if ('unavailable' in found) return found;
	const script = fileURLToPath(new URL('python/compare_frames.py', import.meta.url));
	const child: ChildProcess = spawn(found.python, [script], { stdio: ['pipe', 'pipe', 'ignore'] });
	const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
	return {
		compare: async task => {
			child.stdin?.write(`${JSON.stringify(task)}\n`);
			const { value, done } = await lines.next();
			if (done) throw new Error('The other readers ended');
			return JSON.parse(value) as Comparisons;
		},
		close: () => void child.stdin?.end(),
	};
}

const run = promisify(execFile);

/** The real clip of Debian's package opencv-doc; in words why it can't be had. */
export async function realClip(): Promise<{ path: string } | { unavailable: string }> {
	const folder = join(import.meta.dirname, '../../node_modules/.cache/framefan/real-clip');
	const path = join(folder, 'vtest.avi');
	if (existsSync(path)) return { path };
	try {
		mkdirSync(folder, { recursive: true });
		await run('apt-get', ['download', 'opencv-doc'], { cwd: folder, timeout: 120_000 });
		await run('sh', ['-c', 'dpkg -x opencv-doc_*.deb unpacked && rm opencv-doc_*.deb'], { cwd: folder });
		const { stdout } = await run('find', ['unpacked', '-name', 'vtest.avi'], { cwd: folder });
		renameSync(join(folder, stdout.trim()), path);
		rmSync(join(folder, 'unpacked'), { recursive: true });
		return { path };
	} catch (error) {
		return { unavailable: `Debian's package opencv-doc: ${(error as Error).message.trim().split('\n').at(-1)}` };
	}
}
