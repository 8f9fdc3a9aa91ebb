import fc from 'fast-check';
import { expect, test } from 'vitest';
import { selectExpression } from '#shared/video/extract/select-expression.ts';

test.each([
	[[], ''],
	[[7], 'eq(pts,7)'],
	[[3, 9], 'eq(pts,3)+eq(pts,9)'],
	[[0, 1, 2, 3, 4], 'between(pts,0,4)'],
	[[10, 20, 30, 40, 41], 'between(pts,10,40)*not(mod(pts-(10),10))+eq(pts,41)'],
	[[-20, -10, 0, 10], 'between(pts,-20,10)*not(mod(pts-(-20),10))'],
])('%j', (values, expected) => {
	expect(selectExpression(values)).toBe(expected);
});

/** What ffmpeg makes of an expression of these functions. */
const passes = (expression: string, n: number): boolean =>
	new Function('pts', 'eq', 'between', 'not', 'mod', `return ${expression || '0'}`)(
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
			const expression = selectExpression(rising);
			for (let n = -60; n < 130; n++) expect(passes(expression, n)).toBe(rising.includes(n));
		}),
	);
});
