import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { faultyVideos, fixtures } from '#test/video-fixtures.ts';

const repository = join(import.meta.dirname, '../..');
const names = new Set([...fixtures, ...faultyVideos].map(({ name }) => name));

/** Rows of the table in docs/frames.md: number, trap, what happens here, and the names in its last column. */
const rows = readFileSync(join(repository, 'docs/frames.md'), 'utf8')
	.split('\n')
	.flatMap(line => {
		const [, number, trap, here, proof] = /^\| (\d+) \| (.+) \| (.+) \| (.+) \|$/.exec(line) ?? [];
		if (!number || !trap || !here || !proof) return [];
		return {
			number: Number(number),
			trap,
			here,
			proofs: [...proof.matchAll(/`([^`]+)`/g)].map(([, name]) => name as string),
		};
	});

test('docs/frames.md has the 43 traps, in order', () => {
	expect(rows.map(({ number }) => number)).toEqual(Array.from({ length: 43 }, (_, n) => n + 1));
});

test.each(rows)('trap $number, $trap: what proves it is there', ({ proofs }) => {
	expect(proofs).not.toEqual([]);
	for (const proof of proofs)
		expect(names.has(proof) || (proof.startsWith('test/') && existsSync(join(repository, proof))), proof).toBe(true);
});

test('no two fixtures have one name', () => {
	expect(names.size).toBe(fixtures.length + faultyVideos.length);
});
