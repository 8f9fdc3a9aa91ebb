import { readFileSync } from 'node:fs';

/** How often the parent process is looked for, in milliseconds. */
const parentCheckMs = 1000;

/** What a command says whose state is kept. */
export const goesOn = 'Stopped. Run the same command again to continue.';

/** The parent process and, where that is only the shell that npm puts between, the one above. */
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

/** What the command that runs has to close. */
const open = new Set<() => Promise<void>>();
/** Whether the process is about to end, so that what breaks on the way is nobody's failure. */
let ending = false;
/** Longest time that closing may take before the process ends all the same, in milliseconds. */
const longestCloseMs = 60_000;

/** Closes what the command has opened and ends the process. */
export const endProcess = (code: number): void => {
	if (ending) return;
	ending = true;
	process.removeAllListeners('SIGINT').removeAllListeners('SIGTERM').removeAllListeners('SIGHUP');
	setTimeout(() => process.exit(code), longestCloseMs).unref();
	const closing = [...open].map(close => close());
	void Promise.allSettled(closing).finally(() => process.exit(code));
};

/**
 * Runs something that can be ended from outside: by Ctrl-C, by a signal, or by the end of the npm process that started
 * it. What it has opened is closed in reverse order in any case.
 * @param work gets a function that registers what is to be closed
 * @param farewell is said when it is ended from outside
 */
export const closingAll = async <Result>(
	work: (onClose: (close: () => unknown) => void) => Promise<Result>,
	farewell?: string,
): Promise<Result> => {
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
	// npm passes signals on, but can't when it is killed.
	const started = ancestors();
	const watch = process.env.npm_command
		? setInterval(() => String(ancestors()) !== String(started) && endBy(129), parentCheckMs)
		: undefined;
	watch?.unref();
	try {
		return await work(close => closers.push(close));
	} catch (error) {
		// The process ends in a moment.
		if (ending) await new Promise(() => {});
		throw error;
	} finally {
		clearInterval(watch);
		await closeAll();
		open.delete(closeAll);
	}
};
