/**
 * An expression for ffmpeg's `select` filter that selects pictures with these values of a variable. Values at equal
 * distances become a range, to keep the expression short.
 * @param variable such as `pts` or `n`
 * @param values in ascending order
 */
export function selectExpression(variable: string, values: number[]): string {
	const terms: string[] = [];
	for (let first = 0; first < values.length; ) {
		const start = values[first] as number;
		const step = (values[first + 1] ?? start) - start;
		let last = first;
		while (last + 1 < values.length && (values[last + 1] as number) - (values[last] as number) === step && step > 0)
			last++;
		if (last - first >= 3) {
			const inStep = step === 1 ? '' : `*not(mod(${variable}-(${start}),${step}))`;
			terms.push(`between(${variable},${start},${values[last]})${inStep}`);
			first = last + 1;
		} else {
			terms.push(`eq(${variable},${start})`);
			first++;
		}
	}
	return sumOf(terms);
}

/** Largest number of terms of a flat sum: recent versions of ffmpeg refuse more than a hundred. */
const mostInARow = 50;

/** A sum of any length, as a tree of short sums. */
const sumOf = (terms: string[]): string => {
	if (terms.length <= mostInARow) return terms.join('+');
	const half = Math.ceil(terms.length / 2);
	return `(${sumOf(terms.slice(0, half))})+(${sumOf(terms.slice(half))})`;
};
