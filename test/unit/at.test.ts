import { expect, test } from 'vitest';
import { at } from '#shared/at.ts';

test('an element is there, also one that is undefined', () => {
	expect(at(['a', 'b'], 1)).toBe('b');
	expect(at(Uint8Array.of(7), 0)).toBe(7);
	expect(at([undefined], 0)).toBeUndefined();
});

test.each([-1, 2, 0.5, Number.NaN])('element %d of two is an error that says so', index => {
	expect(() => at(['a', 'b'], index)).toThrow(new RangeError(`There is no element ${index} in a list of 2`));
});
