import { readFileSync } from 'node:fs';

/** Interval of the check for the parent process, in milliseconds. */
const parentCheckMs = 1000;

/** Message of commands that can be continued. */
export const goesOn = 'Stopped. Run the same command again to continue.';

/** The parent process and, if that is only the shell of npm, its parent. */
const ancestors = (): number[] => {
	const parent = process.ppid;
	try {
		const [command = '', option] = readFileSync(`/proc/${parent}/cmdline`, 'utf8').split('\0');
		if (option !== '-c' || !/(^|\/)(ba|da)?sh$/.test(command)) return [parent];
		const status = readFileSync(`/proc/${parent}/status`, 'utf8');
		return [parent, Number(/^PPid:\s*(\d+)/m.exec(status)?.[1])];
	} catch {
		// No /proc on this system.
		return [parent];
	}
};

/** Resources of the running command. */
const open = new Set<() => Promise<void>>();
/** Whether the process is exiting, so that errors are ignored. */
let ending = false;
/** Time limit for closing before the process exits anyway, in milliseconds. */
const longestCloseMs = 60_000;

/** Closes the resources of the command and exits. */
export function endProcess(code: number): void {
	if (ending) return;
	ending = true;
	process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM').removeAllListeners('SIGHUP');
	setTimeout(() => process.exit(code), longestCloseMs).unref();
	const closing = [...open].map(close => close());
	void Promise.allSettled(closing).finally(() => process.exit(code));
}

/**
 * Runs work that can be interrupted: by Ctrl-C, by a signal, or by the end of the parent npm process. Its resources are
 * closed in reverse order in any case.
 * @param work gets a function that registers a resource to close
 * @param farewell printed when it is interrupted
 */
export async function closingAll<Result>(
	work: (onClose: (close: () => unknown) => void) => Promise<Result>,
	farewell?: string,
): Promise<Result> {
	const closers: (() => unknown)[] = [];
	const closeAll = async () => {
		for (const close of closers.splice(0).reverse()) await close();
	};
	open.add(closeAll);
	const endBy = (code: number) => {
		if (farewell && !ending) process.stderr.write(`\n${farewell}\n`);
		endProcess(code);
	};
	process.once('SIGINT', () => endBy(130));
	process.once('SIGTERM', () => endBy(143));
	process.once('SIGHUP', () => endBy(129));
	// npm forwards signals, but not when it is killed.
	const started = ancestors();
	const watch = process.env.npm_command
		? setInterval(() => String(ancestors()) !== String(started) && endBy(129), parentCheckMs)
		: undefined;
	watch?.unref();
	try {
		return await work(close => closers.push(close));
	} catch (error) {
		// The process is exiting.
		if (ending) await new Promise(() => {});
		throw error;
	} finally {
		clearInterval(watch);
		await closeAll();
		open.delete(closeAll);
	}
}
