import { expect, test } from 'vitest';
import { targetSize } from '#shared/size.ts';

const hd = { width: 1280, height: 720 };

test.each([
	[null, hd],
	[[100, 300], { height: 100, width: 300 }],
	[[360, null], { height: 360, width: 640 }],
	[[null, 320], { height: 180, width: 320 }],
	[[1, null], { height: 1, width: 2 }],
] as const)('%j', (resize, expected) => {
	expect(targetSize(resize === null ? null : [...resize], hd)).toEqual(expected);
});

test('a side never vanishes', () => {
	expect(targetSize([null, 2], { width: 1000, height: 10 })).toEqual({ width: 2, height: 1 });
});
