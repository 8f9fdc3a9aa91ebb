const largestBlock = 1024;

/**
 * A map whose keys can be walked from anywhere in the order in which S3 lists them. Keys are kept in sorted blocks, so
 * that an insertion moves a few hundred keys and never all of them.
 */
export class KeyIndex<Value> {
	readonly #values = new Map<string, Value>();
	readonly #blocks: string[][] = [];

	get size(): number {
		return this.#values.size;
	}

	get(key: string): Value | undefined {
		return this.#values.get(key);
	}

	set(key: string, value: Value): void {
		const known = this.#values.has(key);
		this.#values.set(key, value);
		if (!known) this.#insert(key);
	}

	delete(key: string): void {
		if (!this.#values.delete(key)) return;
		const [at, within] = this.#seek(other => compareKeys(other, key) < 0);
		const block = this.#blocks[at];
		block?.splice(within, 1);
		if (block?.length === 0) this.#blocks.splice(at, 1);
	}

	/**
	 * Walks the entries in order, beginning with the first that is not before the wanted place.
	 *
	 * @param isBefore true for some first keys of the order, then false for all others.
	 */
	*from(isBefore: (key: string) => boolean): Generator<[key: string, value: Value]> {
		let [at, within] = this.#seek(isBefore);
		for (; at < this.#blocks.length; at++, within = 0) {
			const block = this.#blocks[at] ?? [];
			for (; within < block.length; within++) {
				const key = block[within] as string;
				yield [key, this.#values.get(key) as Value];
			}
		}
	}

	#insert(key: string): void {
		const [at, within] = this.#seek(other => compareKeys(other, key) < 0);
		const block = this.#blocks[at] ?? this.#blocks.at(-1);
		if (!block) {
			this.#blocks.push([key]);
			return;
		}
		block.splice(at < this.#blocks.length ? within : block.length, 0, key);
		if (block.length > largestBlock)
			this.#blocks.splice(this.#blocks.indexOf(block) + 1, 0, block.splice(largestBlock / 2));
	}

	#seek(isBefore: (key: string) => boolean): [block: number, within: number] {
		const block = lowerBound(this.#blocks.length, i => isBefore(this.#blocks[i]?.at(-1) as string));
		const keys = this.#blocks[block] ?? [];
		return [block, lowerBound(keys.length, i => isBefore(keys[i] as string))];
	}
}

/** The order of S3 listings: by UTF-8 bytes, which differs from JavaScript's where surrogate pairs meet U+E000 and above. */
export function compareKeys(a: string, b: string): number {
	if (a === b) return 0;
	const shorter = Math.min(a.length, b.length);
	for (let i = 0; i < shorter; i++) {
		const x = a.charCodeAt(i);
		const y = b.charCodeAt(i);
		if (x !== y) return byCodePoint(x) - byCodePoint(y);
	}
	return a.length - b.length;
}

function byCodePoint(unit: number): number {
	return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}

function lowerBound(length: number, isBefore: (i: number) => boolean): number {
	let low = 0;
	let high = length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (isBefore(middle)) low = middle + 1;
		else high = middle;
	}
	return low;
}
