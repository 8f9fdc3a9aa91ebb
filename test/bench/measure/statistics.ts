/** Median, and the smallest and largest, of numbers that were measured. */
export type Spread = { median: number; least: number; most: number };

/** @throws RangeError when there is nothing to tell of */
export function spreadOf(values: readonly number[]): Spread {
	if (values.length === 0) throw new RangeError('There is no median of no values');
	const sorted = values.toSorted((a, b) => a - b);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] as number;
	const median = sorted.length % 2 ? upper : ((sorted[middle - 1] as number) + upper) / 2;
	return { median, least: sorted[0] as number, most: sorted.at(-1) as number };
}

/** How many times as large the one is as the other: of the medians, and from round to round. */
export function ratioOf(one: readonly number[], other: readonly number[]): Spread {
	const rounds = one.flatMap((value, i) => (other[i] === undefined ? [] : [value / (other[i] as number)]));
	return { ...spreadOf(rounds), median: spreadOf(one).median / spreadOf(other).median };
}
