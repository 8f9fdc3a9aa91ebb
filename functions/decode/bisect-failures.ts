import { PermanentError } from '#shared/errors.ts';

/**
 * Does `work` for all items in one call. When that fails permanently, each half is tried by itself, down to single
 * items, so that one bad item fails no other.
 * @param refused called with each failed item and its error
 * @throws errors other than PermanentError
 */
export async function bisectFailures<Item>(
	items: Item[],
	work: (items: Item[]) => Promise<void>,
	refused: (item: Item, error: PermanentError) => void,
): Promise<void> {
	if (items.length === 0) return;
	try {
		await work(items);
	} catch (error) {
		if (!(error instanceof PermanentError)) throw error;
		const [only] = items;
		if (items.length === 1 && only !== undefined) return refused(only, error);
		const middle = Math.ceil(items.length / 2);
		await bisectFailures(items.slice(0, middle), work, refused);
		await bisectFailures(items.slice(middle), work, refused);
	}
}
