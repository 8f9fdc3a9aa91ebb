/** Lets consumers sleep until something may have changed. */
export class Arrivals {
	readonly #sleepers = new Set<() => void>();

	/** Wakes all waiting consumers. */
	announce(): void {
		for (const wake of [...this.#sleepers]) wake();
	}

	/**
	 * Resolves at the next announcement, when the consumer is gone, or at the given time at the latest.
	 *
	 * @param until epoch milliseconds.
	 */
	next(until: number, gone: AbortSignal): Promise<void> {
		return new Promise(resolve => {
			const wake = () => {
				clearTimeout(timer);
				gone.removeEventListener('abort', wake);
				this.#sleepers.delete(wake);
				resolve();
			};
			const timer = setTimeout(wake, Math.max(0, until - Date.now()));
			gone.addEventListener('abort', wake);
			this.#sleepers.add(wake);
			if (gone.aborted) wake();
		});
	}
}
