import { expect, test } from 'vitest';
import { PermanentError } from '#shared/errors.ts';
import { bisectFailures } from '../../../functions/decode/bisect-failures.ts';

const items = Array.from({ length: 16 }, (_, index) => index);

test('what is refused for good costs nothing beside it', async () => {
	const bad = new Set([3, 12]);
	const done: number[] = [];
	const refused: number[] = [];
	let calls = 0;
	await bisectFailures(
		items,
		async some => {
			calls++;
			if (some.some(item => bad.has(item))) throw new PermanentError('refused', 'No');
			done.push(...some);
		},
		item => refused.push(item),
	);
	expect(refused).toEqual([3, 12]);
	expect(done.sort((a, b) => a - b)).toEqual(items.filter(item => !bad.has(item)));
	expect(calls).toBeLessThanOrEqual(17);
});

test('what may pass is thrown at once, for all of it to come again', async () => {
	let calls = 0;
	const failing = bisectFailures(
		items,
		async () => {
			calls++;
			throw new Error('It is away');
		},
		() => {},
	);
	await expect(failing).rejects.toThrow('It is away');
	expect(calls).toBe(1);
});
