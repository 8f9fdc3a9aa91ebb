/** Items read at the same time. */
const concurrency = 16;

/** Reads several items at a time and yields them in order; only these are in memory. */
export async function* readAhead<Item, Found>(
	items: Item[],
	read: (item: Item) => Promise<Found>,
): AsyncGenerator<[Item, Found]> {
	for (let at = 0; at < items.length; at += concurrency) {
		const some = items.slice(at, at + concurrency);
		const found = await Promise.all(some.map(read));
		for (const [index, item] of some.entries()) yield [item, found[index] as Found];
	}
}
