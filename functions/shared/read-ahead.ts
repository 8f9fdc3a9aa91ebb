import { at } from './at.ts';

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
