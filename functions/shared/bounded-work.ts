export type BoundedWork = {
	/** Begins something, and waits until there is room for the next. @throws what kept one of them from being done */
	add(work: Promise<void>): Promise<void>;
	/** How many are under way. */
	size(): number;
	/** Waits until one of those that are under way has ended. @throws what kept one of them from being done */
	next(): Promise<void>;
	/** Waits for all that was begun. @throws what kept one of them from being done */
	finish(): Promise<void>;
	/** Waits for all that was begun, however it ends. */
	settle(): Promise<void>;
};

/** Several things that are done at the same time, none of whose failures is lost. @param most how many at a time */
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
