/** Requests and body bytes of one endpoint since the server started. */
export type Counter = { requests: number; bytesIn: number; bytesOut: number };

/** Counts per endpoint. */
export class Counters {
	readonly #counters = new Map<string, Counter>();

	/** The counter of an endpoint, to be added to. */
	of(endpoint: string): Counter {
		let counter = this.#counters.get(endpoint);
		if (!counter) {
			counter = { requests: 0, bytesIn: 0, bytesOut: 0 };
			this.#counters.set(endpoint, counter);
		}
		return counter;
	}

	/** A copy of all counters, endpoints in alphabetical order. */
	all(): Record<string, Counter> {
		return Object.fromEntries([...this.#counters].sort().map(([endpoint, counter]) => [endpoint, { ...counter }]));
	}
}
