import { at } from './at.ts';

export type BoundedWork = {
	/** Adds work, and waits until more can be added. @throws the first error of any work */
	add(work: Promise<void>): Promise<void>;
	/** Number of tasks in progress. */
	size(): number;
	/** Waits until one of them has ended. @throws the first error of any work */
	next(): Promise<void>;
	/** Waits for all of them. @throws the first error of any work */
	finish(): Promise<void>;
	/** Waits for all of them, ignoring errors. */
	settle(): Promise<void>;
};

/** Runs tasks in parallel without losing an error. @param most how many at the same time */
export function makeBoundedWork(most: number): BoundedWork {
	const running = new Set<Promise<void>>();
	let failure: { error: unknown } | undefined;
	const settle = async () => void (await Promise.all(running));
	const throwFailure = () => {
		if (failure) throw failure.error;
	};
	return {
		add: async work => {
			const watched: Promise<void> = work
				.catch(error => {
					failure ??= { error };
				})
				.finally(() => running.delete(watched));
			running.add(watched);
			if (running.size >= most) await Promise.race(running);
			throwFailure();
		},
		size: () => running.size,
		next: async () => {
			await Promise.race(running);
			throwFailure();
		},
		finish: async () => {
			await settle();
			throwFailure();
		},
		settle,
	};
}

/** Items read at the same time. */
const concurrency = 16;

/** Reads several items at a time and yields them in order; only these are in memory. */
export async function* readAhead<Item, Found>(
	items: Item[],
	read: (item: Item) => Promise<Found>,
): AsyncGenerator<[Item, Found]> {
	for (let first = 0; first < items.length; first += concurrency) {
		const some = items.slice(first, first + concurrency);
		const found = await Promise.all(some.map(read));
		for (const [index, item] of some.entries()) yield [item, at(found, index)];
	}
}
