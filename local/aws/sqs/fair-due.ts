import { type Due, DueHeap } from './due-heap.ts';

/**
 * What becomes due at a time, in groups that take turns: of all groups that have something due, the one whose turn was
 * longest ago is next. So a group with few items does not wait behind one with many, as in the fair queues of SQS, which
 * look at what is in flight instead.
 */
export class FairDue<Item> {
	readonly #groups = new Map<string, DueHeap<Item>>();
	readonly #turns = new Map<string, number>();
	#turn = 0;

	/** When the earliest of all becomes due. */
	get earliest(): number | undefined {
		const times = [...this.#groups.values()].flatMap(({ top }) => top?.at ?? []);
		return times.length > 0 ? Math.min(...times) : undefined;
	}

	push(at: number, item: Item, group: string): void {
		let heap = this.#groups.get(group);
		if (!heap) {
			heap = new DueHeap();
			this.#groups.set(group, heap);
		}
		heap.push(at, item);
	}

	/** The next one that is due, which stays where it is. */
	next(now: number): (Due<Item> & { readonly group: string }) | undefined {
		let found: (Due<Item> & { readonly group: string }) | undefined;
		for (const [group, { top }] of this.#groups)
			if (top && top.at <= now && (!found || this.#isBefore(group, top, found))) found = { ...top, group };
		return found;
	}

	/** Takes the earliest of a group off. */
	pop(group: string): void {
		const heap = this.#groups.get(group);
		heap?.pop();
		if (heap?.top) return;
		this.#groups.delete(group);
		this.#turns.delete(group);
	}

	/** Notes that a group has had its turn. */
	tookTurn(group: string): void {
		if (this.#groups.has(group)) this.#turns.set(group, ++this.#turn);
	}

	#isBefore(group: string, top: Due<Item>, found: Due<Item> & { group: string }): boolean {
		const [mine, its] = [this.#turns.get(group) ?? 0, this.#turns.get(found.group) ?? 0];
		return mine === its ? top.at < found.at : mine < its;
	}
}
