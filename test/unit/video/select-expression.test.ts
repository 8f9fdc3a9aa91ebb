import fc from 'fast-check';
import { expect, test } from 'vitest';
import { selectExpression } from '#shared/video/extract/select-expression.ts';

test.each([
	[[], ''],
	[[7], 'eq(n,7)'],
	[[3, 9], 'eq(n,3)+eq(n,9)'],
	[[0, 1, 2, 3, 4], 'between(n,0,4)'],
	[[10, 20, 30, 40, 41], 'between(n,10,40)*not(mod(n-(10),10))+eq(n,41)'],
	[[-20, -10, 0, 10], 'between(n,-20,10)*not(mod(n-(-20),10))'],
])('%j', (values, expected) => {
	expect(selectExpression('n', values)).toBe(expected);
});

/** What ffmpeg makes of an expression of these functions. */
const passes = (expression: string, n: number): boolean =>
	new Function('n', 'eq', 'between', 'not', 'mod', `return ${expression || '0'}`)(
		n,
		(a: number, b: number) => Number(a === b),
		(x: number, low: number, high: number) => Number(x >= low && x <= high),
		(x: number) => Number(x === 0),
		(a: number, b: number) => a % b,
	) > 0;

test('lets exactly the values pass', () => {
	fc.assert(
		fc.property(fc.uniqueArray(fc.integer({ min: -50, max: 120 })), values => {
			const rising = values.sort((a, b) => a - b);
			const expression = selectExpression('n', rising);
			for (let n = -60; n < 130; n++) expect(passes(expression, n)).toBe(rising.includes(n));
		}),
	);
});

test('a long sum has no more than a hundred terms in a row, which ffmpeg of today refuses', () => {
	const values = Array.from({ length: 5000 }, (_, n) => n * n);
	const expression = selectExpression('n', values);
	for (const row of expression.split(/[()]\+?[()]/)) expect(row.split('+').length).toBeLessThan(100);
	expect([...expression.matchAll(/eq\(n,(\d+)\)/g)].map(([, value]) => Number(value))).toEqual(values);
	expect(expression.split('(').length).toBe(expression.split(')').length);
});
