import { readFileSync, writeFileSync } from 'node:fs';

/** Seconds that a run has taken over all its starts; what it was cut off for doesn't count. */
export type RunClock = { seconds(): number; keep(): void };

/** @param file where the time of former starts is kept */
export const startClock = (file: string): RunClock => {
	const started = performance.now();
	let before = 0;
	try {
		before = Number(readFileSync(file, 'utf8')) || 0;
	} catch {
		// The first start.
	}
	const seconds = () => before + (performance.now() - started) / 1000;
	return { seconds, keep: () => writeFileSync(file, String(seconds())) };
};
