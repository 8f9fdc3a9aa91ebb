import { expect, test } from 'vitest';
import { columnsFor, share } from '../../../cli/preview/draw-pictures.ts';

test.each([
	[24, [100, 100, 100], [8, 8, 8]],
	[24, [1, 100, 100], [1, 12, 11]],
	[2, [5, 5, 5], [1, 1, 0]],
	[24, [3, 0, 2], [3, 0, 2]],
	[24, [], []],
])('%i pictures of videos with %j chosen frames', (pictures, chosen, expected) => {
	expect(share(pictures, chosen)).toEqual(expected);
});

test('a sheet of many pictures is wider', () => {
	expect([1, 24, 60, 200].map(columnsFor)).toEqual([4, 4, 6, 8]);
});
