import { type DropReason, dropReasons } from '#shared/sampling/frame-quality.ts';
import type { SamplingStatus } from '../functions/api/schemas.ts';
import { sentenceOf } from './failure.ts';
import { printLine } from './print-line.ts';

/** Most faults that are printed, and most notes of `printNotes`. */
const faultsShown = 10;

/**
 * Prints the result of a sampling, and sets the exit code. With `json`, only notes and the error are printed.
 * @returns the object that the caller prints for `--json`
 */
export function tellEnd(status: SamplingStatus, seconds: number, json: boolean | undefined): object {
	for (const note of status.notes) printLine(process.stderr, 'note', note);
	const done = status.state === 'completed' || status.state === 'completed_with_faults';
	if (!done) printLine(process.stderr, 'error', String(status.reason));
	if (!json && done) printResult(status, seconds);
	process.exitCode = status.state === 'completed' ? 0 : 1;
	return toJson(status, seconds);
}

/** Prints the last line of `--json` for a sampling that could not be started or followed to its end. */
export function tellFailure(error: unknown): void {
	console.log(JSON.stringify(failed(sentenceOf(error))));
}

/** The last line of `--json`. A sampling that failed as a whole has its reason as its only fault. */
const toJson = (status: SamplingStatus, seconds: number) => {
	const { state, destination, framesPlanned, framesUploaded, framesAlreadyThere, dropped, labels, notes, reason } =
		status;
	const [faultCount, faults] =
		reason === null ? [status.faultCount, status.faults] : [1, [{ reason: 'failed', message: reason }]];
	const counts = {
		framesPlanned,
		framesUploaded,
		framesAlreadyThere,
		...(dropped ? { dropped } : {}),
		labels,
		faultCount,
	};
	return { state, destination, ...counts, faults, notes, seconds };
};

const failed = (message: string): ReturnType<typeof toJson> => ({
	...{ state: 'failed', destination: null, framesPlanned: 0, framesUploaded: 0, framesAlreadyThere: 0, labels: 0 },
	...{ faultCount: 1, faults: [{ reason: 'failed', message }], notes: [], seconds: 0 },
});

const printResult = (status: SamplingStatus, seconds: number): void => {
	const { destination } = status;
	console.log(`${status.state} in ${seconds} s: project ${destination?.id} ${JSON.stringify(destination?.name)}`);
	console.log(
		`${status.framesUploaded} frames uploaded, ${status.framesAlreadyThere} already there, ${status.labels} labels, ${status.videos} videos`,
	);
	const { dropped } = status;
	const reasons = dropReasons.filter(reason => dropped && dropped[reason] > 0);
	if (reasons.length > 0)
		console.log(`${reasons.map(reason => `${dropped?.[reason]} ${dropNames[reason]}`).join(', ')} dropped`);
	printFaults(status);
};

/** What is wrong with dropped frames, in words. */
const dropNames = {
	blurred: 'blurred',
	dark: 'too dark',
	bright: 'too bright',
	lessSharp: 'less sharp',
	nearDuplicate: 'near duplicates',
} as const satisfies Record<DropReason, string>;

/** Prints the first notes, one per line. */
export function printNotes({ notes }: SamplingStatus): void {
	for (const note of notes.slice(0, faultsShown)) printLine(process.stdout, 'note', note);
	if (notes.length > faultsShown) console.log(`… ${notes.length - faultsShown} more notes; --json lists them`);
}

/** Prints the first faults, one per line. */
export function printFaults(status: Pick<SamplingStatus, 'faults' | 'faultCount'>): void {
	for (const { reason, message, video, frame } of status.faults.slice(0, faultsShown)) {
		const where = [video?.name, frame === undefined ? '' : `frame ${frame}`, reason].filter(Boolean).join(', ');
		printLine(process.stdout, 'fault', `${where}: ${message}`);
	}
	if (status.faultCount > faultsShown)
		console.log(`… ${status.faultCount - faultsShown} more faults; --json lists them`);
}
