/**
 * Begins some work whose result is awaited later, or never. Until then its rejection counts as handled, so that an earlier
 * error is thrown first.
 */
export function begin<Result>(work: () => Promise<Result>): Promise<Result> {
	const begun = work();
	begun.catch(() => {});
	return begun;
}
