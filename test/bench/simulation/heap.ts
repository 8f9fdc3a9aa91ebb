/** Items by their keys, the smallest first. */
export class Heap<Item> {
	readonly #keys: number[] = [];
	readonly #items: Item[] = [];

	get size(): number {
		return this.#keys.length;
	}

	/** The smallest key; Infinity where there is nothing. */
	get least(): number {
		return this.#keys[0] ?? Number.POSITIVE_INFINITY;
	}

	push(key: number, item: Item): void {
		let at = this.#keys.length;
		this.#keys.push(key);
		this.#items.push(item);
		while (at > 0) {
			const above = (at - 1) >> 1;
			if ((this.#keys[above] as number) <= key) break;
			this.#keys[at] = this.#keys[above] as number;
			this.#items[at] = this.#items[above] as Item;
			at = above;
		}
		this.#keys[at] = key;
		this.#items[at] = item;
	}

	/** @throws RangeError when there is nothing */
	pop(): Item {
		if (this.#keys.length === 0) throw new RangeError('There is nothing in this heap');
		const first = this.#items[0] as Item;
		const key = this.#keys.pop() as number;
		const item = this.#items.pop() as Item;
		const size = this.#keys.length;
		if (size === 0) return first;
		let at = 0;
		for (;;) {
			let below = 2 * at + 1;
			if (below >= size) break;
			if (below + 1 < size && (this.#keys[below + 1] as number) < (this.#keys[below] as number)) below++;
			if ((this.#keys[below] as number) >= key) break;
			this.#keys[at] = this.#keys[below] as number;
			this.#items[at] = this.#items[below] as Item;
			at = below;
		}
		this.#keys[at] = key;
		this.#items[at] = item;
		return first;
	}
}
