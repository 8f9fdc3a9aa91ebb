/** The first `count` of a sequence, and whether these are all. */
export async function firstOf<Item>(
	all: AsyncIterable<Item>,
	count: number,
): Promise<{ items: Item[]; isComplete: boolean }> {
	const items: Item[] = [];
	for await (const item of all) {
		if (items.length === count) return { items, isComplete: false };
		items.push(item);
	}
	return { items, isComplete: true };
}
