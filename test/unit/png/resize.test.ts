import { expect, test } from 'vitest';
import { resizeRgb } from '#shared/video/picture/png/encode-png.ts';
import { resizePicture } from '#test/resize-picture.ts';
import { makeRandom } from '../../chaos/random.ts';
import { noise, photograph } from './scenes.ts';

test.each([
	[1920, 1080, 1280, 720],
	[1280, 720, 1920, 1080],
	[1279, 719, 640, 361],
	[640, 360, 640, 100],
	[640, 360, 100, 360],
	[640, 360, 640, 360],
	[1, 1, 37, 19],
	[300, 200, 1, 1],
	[2, 500, 501, 3],
])('%i x %i to %i x %i has the bits of resizePicture', (width, height, toWidth, toHeight) => {
	const picture = width * height > 1e6 ? photograph(width, height) : noise(width, height);
	const scaled = resizeRgb(picture, { width: toWidth, height: toHeight });
	expect([scaled.width, scaled.height]).toEqual([toWidth, toHeight]);
	expect(scaled.data.equals(resizePicture(picture, toHeight, toWidth).data)).toBe(true);
});

test('so have random sizes', () => {
	const random = makeRandom(11);
	const side = () => Math.ceil(random.next() * 90);
	for (let i = 0; i < 300; i++) {
		const picture = noise(side(), side(), i);
		const to = { width: side(), height: side() };
		const sizes = `${picture.width} x ${picture.height} to ${to.width} x ${to.height}`;
		expect(resizeRgb(picture, to).data.equals(resizePicture(picture, to.height, to.width).data), sizes).toBe(true);
	}
});
