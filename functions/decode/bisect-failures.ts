import { PermanentError } from '#shared/errors.ts';

/**
 * Does something for several at once. Where that is refused for good, it is done for each half, and so on down to the
 * one that is refused, so that it costs no other.
 * @param refused is told what is refused, and why
 * @throws what is no PermanentError
 */
export const bisectFailures = async <Item>(
	items: Item[],
	work: (items: Item[]) => Promise<void>,
	refused: (item: Item, error: PermanentError) => void,
): Promise<void> => {
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
};
