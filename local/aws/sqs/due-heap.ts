/** What becomes due at a time; of two due at once, the one pushed first comes first. */
export type Due<Item> = {
	readonly at: number;
	readonly item: Item;
};

type Entry<Item> = Due<Item> & {
	readonly order: number;
};

/** A binary heap with the earliest on top. */
export class DueHeap<Item> {
	#entries: Entry<Item>[] = [];
	#order = 0;

	/** The earliest, which stays where it is. */
	get top(): Due<Item> | undefined {
		return this.#entries[0];
	}

	push(at: number, item: Item): void {
		const entries = this.#entries;
		const entry = { at, item, order: this.#order++ };
		let child = entries.length;
		for (let parent = (child - 1) >> 1; child > 0; parent = (child - 1) >> 1) {
			const above = entries[parent] as Entry<Item>;
			if (!isEarlier(entry, above)) break;
			entries[child] = above;
			child = parent;
		}
		entries[child] = entry;
	}

	/** Takes the earliest off. */
	pop(): void {
		const entries = this.#entries;
		const last = entries.pop();
		if (!last || entries.length === 0) return;
		let parent = 0;
		for (let child = 1; child < entries.length; child = parent * 2 + 1) {
			const right = entries[child + 1];
			if (right && isEarlier(right, entries[child] as Entry<Item>)) child++;
			const below = entries[child] as Entry<Item>;
			if (!isEarlier(below, last)) break;
			entries[parent] = below;
			parent = child;
		}
		entries[parent] = last;
	}
}

function isEarlier<Item>(a: Entry<Item>, b: Entry<Item>): boolean {
	return a.at === b.at ? a.order < b.order : a.at < b.at;
}
