import { expect, test } from 'vitest';
import { makeMemoryStore } from '#library/memory-store.ts';
import { underLease } from '#shared/aws/lease.ts';
import { DeferredError } from '#shared/errors.ts';

const soon = (ms: number) => new Promise(resolve => setTimeout(resolve, ms));

test('of eight at once one works at a time, and only the first is told that it is the first', async () => {
	const store = makeMemoryStore();
	let working = 0;
	let most = 0;
	const firsts: boolean[] = [];
	const work = async (isFirst: boolean) => {
		firsts.push(isFirst);
		most = Math.max(most, ++working);
		await soon(20);
		working--;
	};
	await Promise.all(Array.from({ length: 8 }, () => underLease(store, 'x', { ms: 10_000, patienceMs: 20_000 }, work)));
	expect(most).toBe(1);
	expect(firsts).toEqual([true, ...Array(7).fill(false)]);
});

test('who has no patience is told when to come again', async () => {
	const store = makeMemoryStore();
	const held = underLease(store, 'x', { ms: 5000 }, () => soon(100));
	await soon(10);
	const refused = await underLease(store, 'x', { ms: 5000 }, async () => 'worked').catch(
		error => error as DeferredError,
	);
	expect(refused).toBeInstanceOf(DeferredError);
	expect((refused as DeferredError).seconds).toBeGreaterThan(3);
	await held;
	expect(await underLease(store, 'x', { ms: 5000 }, async () => 'worked')).toBe('worked');
});

test('a lease lasts as long as its work, and that of one who died runs out', async () => {
	const store = makeMemoryStore();
	let done = false;
	const long = underLease(store, 'long', { ms: 400 }, async () => {
		await soon(1200);
		done = true;
	});
	await soon(50);
	await underLease(store, 'long', { ms: 400, patienceMs: 5000 }, async () => expect(done).toBe(true));
	await long;
	await store.create('dead', { holder: 'nobody', until: Date.now() + 300 });
	await underLease(store, 'dead', { ms: 400, patienceMs: 5000 }, async isFirst => expect(isFirst).toBe(false));
});
