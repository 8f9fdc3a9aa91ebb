import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultyVideos, fixtures } from '#test/video-fixtures.ts';
import { traps } from './traps.ts';

const names = new Set([...fixtures, ...faultyVideos].map(({ name }) => name));

test('there are 27 traps, in order', () => {
	expect(traps.map(({ number }) => number)).toEqual(Array.from({ length: 27 }, (_, n) => n + 1));
});

test.each(traps)('trap $number, $trap: what proves it exists', ({ fixtures: proofs, tests, note }) => {
	expect(proofs.length > 0 || tests.length > 0 || note !== undefined).toBe(true);
	for (const name of proofs) expect(names, name).toContain(name);
	for (const file of tests) expect(existsSync(join(import.meta.dirname, '../..', file)), file).toBe(true);
});

test('no two fixtures have one name', () => {
	expect(names.size).toBe(fixtures.length + faultyVideos.length);
});
