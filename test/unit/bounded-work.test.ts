import { expect, test } from 'vitest';
import { makeBoundedWork } from '#shared/bounded-work.ts';

const soon = () => new Promise<void>(resolve => setTimeout(resolve, 5));

test('no more is begun than may be under way', async () => {
	const { add, finish } = makeBoundedWork(2);
	let [running, most] = [0, 0];
	for (let n = 0; n < 10; n++) {
		const work = async () => {
			most = Math.max(most, ++running);
			await soon();
			running--;
		};
		await add(work());
	}
	await finish();
	expect([running, most]).toEqual([0, 2]);
});

test('a failure that nobody waited for is told at the next chance, and at the end', async () => {
	const { add, finish, settle } = makeBoundedWork(5);
	await add(Promise.reject(new Error('disk full')));
	await soon();
	await expect(add(soon())).rejects.toThrow('disk full');
	await settle();
	await expect(finish()).rejects.toThrow('disk full');
});
