import { readFileSync, writeFileSync } from 'node:fs';

/** Total seconds of a run over all its starts, without the time between them. */
export type RunClock = { seconds(): number; keep(): void };

/** @param file stores the time of earlier starts */
export function startClock(file: string): RunClock {
	const started = performance.now();
	let before = 0;
	try {
		before = Number(readFileSync(file, 'utf8')) || 0;
	} catch {
		// The first start.
	}
	const seconds = () => before + (performance.now() - started) / 1000;
	return { seconds, keep: () => writeFileSync(file, String(seconds())) };
}
