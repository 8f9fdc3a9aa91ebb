import { expect, test } from 'vitest';
import { inOrder } from '#library/in-order.ts';

test('a late frame keeps the others back, and a failed one only until that is known', async () => {
	const failed = new Set<number>();
	let last = -1;
	const read = (index: number) => {
		last = index;
		return { index };
	};
	const frames = async function* () {
		for (const index of [0, 2, 1, 3, 5, 6]) yield read(index);
		failed.add(4);
		for (const index of [7, 8]) yield read(index);
		failed.add(9);
	};
	const given: string[] = [];
	const selection = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
	for await (const { index } of inOrder(frames(), selection, failed)) given.push(`${index} at ${last}`);
	expect(given).toEqual(['0 at 0', '1 at 1', '2 at 1', '3 at 3', '5 at 7', '6 at 7', '7 at 7', '8 at 8']);
});
