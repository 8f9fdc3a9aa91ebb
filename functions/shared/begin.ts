/**
 * Begins some work whose result is awaited later, or never. Until then its failure is nobody's, so that what failed before
 * it is told first.
 */
export function begin<Result>(work: () => Promise<Result>): Promise<Result> {
	const begun = work();
	begun.catch(() => {});
	return begun;
}
