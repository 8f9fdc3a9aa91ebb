/** Numbers that depend on nothing but the seed (mulberry32). */
export type Random = {
	/** In [0, 1). */
	next(): number;
	/** From `least` up to, but not including `most`. */
	between(least: number, most: number): number;
	chance(share: number): boolean;
	pick<Item>(items: readonly Item[]): Item;
};

export function makeRandom(seed: number): Random {
	let state = seed | 0;
	const next = () => {
		state = (state + 0x6d2b79f5) | 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
	return {
		next,
		between: (least, most) => least + next() * (most - least),
		chance: share => next() < share,
		pick: items => items[Math.floor(next() * items.length)] as (typeof items)[number],
	};
}
