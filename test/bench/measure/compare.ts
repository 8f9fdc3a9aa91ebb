import type { Goal } from '../race.ts';
import type { Row, Sample } from './in-turn.ts';
import { ratioOf, spreadOf } from './statistics.ts';

export type Quantity = keyof Sample;

export function valuesOf(row: Row | undefined, quantity: Quantity): number[] {
	return (row?.samples ?? []).flatMap(sample => sample[quantity] ?? []);
}

/** Time of the work alone where a contestant tells it, else of its whole process. */
export function workOf(row: Row | undefined): number[] {
	return (row?.samples ?? []).map(sample => sample.workMs ?? sample.wallMs);
}

export function rowOf(rows: Row[], name: string): Row | undefined {
	return rows.find(row => row.name === name);
}

/** The row with the smallest median. */
export function bestOf(rows: Row[], values: (row: Row) => number[]): Row | undefined {
	const measured = rows.filter(row => values(row).length > 0);
	return measured.toSorted((a, b) => spreadOf(values(a)).median - spreadOf(values(b)).median)[0];
}

type Wanted = Pick<Goal, 'id' | 'text' | 'least' | 'most'>;

/** A goal for how many times less one takes than another. */
export function timesLess(goal: Wanted, peer: number[], own: number[]): Goal {
	if (peer.length === 0 || own.length === 0) return { ...goal, measured: null, unit: '×' };
	const { median, least, most } = ratioOf(peer, own);
	return { ...goal, measured: median, range: [least, most], unit: '×' };
}

/** A goal for a median, in milliseconds for each of so many frames. */
export function perFrame(goal: Wanted, values: number[], frames: number): Goal {
	if (values.length === 0) return { ...goal, measured: null, unit: 'ms' };
	const { median, least, most } = spreadOf(values.map(value => value / frames));
	return { ...goal, measured: median, range: [least, most], unit: 'ms' };
}

/** Whether it was reached; undefined where it wasn't measured. */
export function isMet({ measured, least, most }: Goal): boolean | undefined {
	if (measured === null) return undefined;
	return (least === undefined || measured >= least) && (most === undefined || measured <= most);
}
