import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyIndex } from '#local/aws/s3/key-index.ts';
import { listPage } from '#local/aws/s3/listing.ts';

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));
const names = fc.array(fc.oneof(fc.constantFrom('a', 'b', '/', '!', '\uffee', '🎞'), fc.string({ unit: 'grapheme' })), {
	minLength: 1,
	maxLength: 5,
});
const key = names.map(parts => parts.join(''));

describe('the key index', () => {
	it('holds what a sorted list would hold', () => {
		const step = fc.record({ key, remove: fc.boolean() });
		fc.assert(
			fc.property(fc.array(step, { maxLength: 200 }), steps => {
				const index = new KeyIndex<string>();
				const expected = new Map<string, string>();
				for (const { key, remove } of steps) {
					if (remove) index.delete(key);
					else index.set(key, `value of ${key}`);
					if (remove) expected.delete(key);
					else expected.set(key, `value of ${key}`);
				}
				const sorted = [...expected].sort(([a], [b]) => byBytes(a, b));
				expect([...index.from(() => false)]).toEqual(sorted);
				expect(index.size).toBe(sorted.length);
			}),
		);
	});

	it('stays sorted when it is large', () => {
		const index = new KeyIndex<number>();
		const keys = Array.from({ length: 20_000 }, (_, i) => `k${(i * 7919) % 20_000}`);
		for (const key of keys) index.set(key, 0);
		for (const key of keys.slice(0, 10_000)) index.delete(key);
		expect([...index.from(() => false)].map(([key]) => key)).toEqual(keys.slice(10_000).sort());
	});

	it('lists in pages what one walk over all keys would give', () => {
		const request = fc.record({
			keys: fc.uniqueArray(key, { maxLength: 40 }),
			prefix: fc.constantFrom('', 'a', 'a/', '🎞'),
			limit: fc.integer({ min: 1, max: 5 }),
			start: fc.option(key, { nil: undefined }),
		});
		fc.assert(
			fc.property(request, ({ keys, prefix, limit, start }) => {
				const index = new KeyIndex<null>();
				for (const key of keys) index.set(key, null);
				const wanted = keys.filter(key => key.startsWith(prefix) && (start === undefined || byBytes(key, start) > 0));
				const listed: string[] = [];
				for (let after = start; ; after = listed.at(-1)) {
					const { contents, more } = listPage(index, { prefix, after, limit });
					expect(contents.length).toBeLessThanOrEqual(limit);
					listed.push(...contents.map(([key]) => key));
					if (!more) break;
				}
				expect(listed).toEqual(wanted.sort(byBytes));
			}),
		);
	});
});
