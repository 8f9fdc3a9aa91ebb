/** Things that are read at one time. */
const concurrency = 16;

/** Reads something for each item, several at a time, and hands it over in the items' order: no more is in memory. */
export const readAhead = async function* <Item, Found>(
	items: Item[],
	read: (item: Item) => Promise<Found>,
): AsyncGenerator<[Item, Found]> {
	for (let at = 0; at < items.length; at += concurrency) {
		const some = items.slice(at, at + concurrency);
		const found = await Promise.all(some.map(read));
		for (const [index, item] of some.entries()) yield [item, found[index] as Found];
	}
};
