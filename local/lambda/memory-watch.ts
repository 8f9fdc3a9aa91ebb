import { existsSync, readdirSync, readFileSync } from 'node:fs';

const everyMs = 500;

/**
 * Measures the memory of a process and its children every half second. On systems without /proc it measures nothing.
 * @param onExceeded called once, with the memory in MiB and the ids of all these processes
 * @returns a function that stops
 */
export function watchMemory(
	pid: number,
	limitMiB: number,
	onExceeded: (usedMiB: number, pids: number[]) => void,
): () => void {
	if (!existsSync(`/proc/${pid}/status`)) return () => {};
	const timer = setInterval(() => {
		const pids = treeOf(pid);
		const usedMiB = pids.reduce((sum, each) => sum + residentKiB(each), 0) / 1024;
		if (usedMiB <= limitMiB) return;
		clearInterval(timer);
		onExceeded(Math.ceil(usedMiB), pids);
	}, everyMs);
	timer.unref();
	return () => clearInterval(timer);
}

const treeOf = (pid: number): number[] => [pid, ...childrenOf(pid).flatMap(treeOf)];

/** Children are listed by the thread that started them. */
const childrenOf = (pid: number): number[] =>
	namesIn(`/proc/${pid}/task`).flatMap(thread =>
		textOf(`/proc/${pid}/task/${thread}/children`).split(' ').filter(Boolean).map(Number),
	);

const residentKiB = (pid: number): number => Number(/^VmRSS:\s+(\d+)/m.exec(textOf(`/proc/${pid}/status`))?.[1] ?? 0);

/** Empty when the process has ended meanwhile. */
const textOf = (path: string): string => {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return '';
	}
};

const namesIn = (folder: string): string[] => {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
};
