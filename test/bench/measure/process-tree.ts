import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts processor time in hundredths of a second, whatever its clock. */
const ticksPerSecond = 100;
const pageBytes = 4096;

type Process = { name: string; parent: number; ticks: number; childTicks: number; pages: number };

/** Watches a process and all that it starts, by looking into /proc now and then. Where there is none, it sees nothing. */
export type TreeWatch = {
	/** Seconds of processor time that were seen of them all. */
	cpuSeconds(): number;
	/** Most memory that they had at one time, in MiB; pages that two of them share count twice. */
	peakMiB(): number;
	/** Looks once more, and stops. */
	stop(): void;
};

export function watchTree(root: number, everyMs = 200): TreeWatch {
	const ticks = new Map<number, number>();
	let peakPages = 0;
	const look = () => {
		let pages = 0;
		for (const [pid, process] of treeOf(root)) {
			ticks.set(pid, Math.max(ticks.get(pid) ?? 0, process.ticks));
			pages += process.pages;
		}
		peakPages = Math.max(peakPages, pages);
	};
	look();
	const timer = setInterval(look, everyMs);
	timer.unref();
	return {
		cpuSeconds: () => [...ticks.values()].reduce((sum, each) => sum + each, 0) / ticksPerSecond,
		peakMiB: () => (peakPages * pageBytes) / 2 ** 20,
		stop: () => {
			look();
			clearInterval(timer);
		},
	};
}

/**
 * Watches the processes below this one that have started an ffmpeg.
 * @returns a function that stops, and tells the most memory in MiB that one of them had together with its ffmpeg
 */
export function watchDecoders(everyMs = 50): () => number {
	let peakPages = 0;
	const look = () => {
		const tree = treeOf(process.pid);
		const pagesOf = new Map<number, number>();
		for (const { name, parent, pages } of tree.values())
			if (name === 'ffmpeg') pagesOf.set(parent, (pagesOf.get(parent) ?? tree.get(parent)?.pages ?? 0) + pages);
		peakPages = Math.max(peakPages, ...pagesOf.values());
	};
	const timer = setInterval(look, everyMs);
	return () => {
		clearInterval(timer);
		return (peakPages * pageBytes) / 2 ** 20;
	};
}

/** Seconds of processor time of a running process and of its children that have ended. */
export function cpuSecondsOf(pid: number): number {
	const process = readProcess(pid);
	return process ? (process.ticks + process.childTicks) / ticksPerSecond : 0;
}

function treeOf(root: number): Map<number, Process> {
	const all = new Map<number, Process>();
	for (const name of namesIn('/proc')) {
		if (!/^\d+$/.test(name)) continue;
		const process = readProcess(Number(name));
		if (process) all.set(Number(name), process);
	}
	const tree = new Map<number, Process>();
	let found = [root];
	while (found.length > 0) {
		for (const pid of found) {
			const process = all.get(pid);
			if (process) tree.set(pid, process);
		}
		found = [...all].flatMap(([pid, { parent }]) => (tree.has(parent) && !tree.has(pid) ? [pid] : []));
	}
	return tree;
}

function readProcess(pid: number): Process | undefined {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
		// The name comes in brackets, and may have blanks and brackets in it.
		const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
		const field = (number: number) => Number(fields[number - 3]);
		return {
			name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')),
			parent: field(4),
			ticks: field(14) + field(15),
			childTicks: field(16) + field(17),
			pages: field(24),
		};
	} catch {
		return undefined;
	}
}

function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
