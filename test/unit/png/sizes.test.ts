import { describe, expect, test } from 'vitest';
import type { Picture } from '#shared/video/extract/picture.ts';
import { encodeGrayPng, encodePng } from '#shared/video/picture/png/encode-png.ts';
import { sharp } from '#shared/video/picture/sharp.ts';
import { drawing, flat, gradient, mask, photograph, screen, tiles } from './scenes.ts';

const bySharp = async ({ width, height, data }: Picture, compressionLevel: number): Promise<number> => {
	const channels = (data.length / (width * height)) as 1 | 3;
	const image = sharp(data, { raw: { width, height, channels } });
	return (await (channels === 1 ? image.toColourspace('b-w') : image).png({ compressionLevel }).toBuffer()).length;
};

const grayOf = ({ width, height, data }: Picture): Picture => ({
	width,
	height,
	data: Buffer.from(data.filter((_, at) => at % 3 === 1)),
});

const flatScenes: Record<string, (width: number, height: number) => Picture> = {
	screen,
	'another screen': (width, height) => screen(width, height, 5),
	mask,
	'another mask': (width, height) => mask(width, height, 8),
	drawing,
	flat,
	tiles,
	'gradient across': (width, height) => gradient(width, height, 1, 0),
	'gradient down': (width, height) => gradient(width, height, 0, 1),
	'gradient both ways': (width, height) => gradient(width, height, 2, 1),
};

describe.each([
	[1280, 720],
	[640, 360],
	[150, 101],
	[24, 20],
])('%i x %i', (width, height) => {
	test.each(Object.entries(flatScenes))('%s: at most a tenth more than level 6', async (_, scene) => {
		const picture = scene(width, height);
		expect(encodePng(picture).length).toBeLessThanOrEqual(1.1 * (await bySharp(picture, 6)));
		const gray = grayOf(picture);
		expect(encodeGrayPng(gray).length).toBeLessThanOrEqual(1.1 * (await bySharp(gray, 6)));
	});
});

test('little on a large page', async () => {
	const picture = flat(1280, 720);
	const { data, width, height } = screen(300, 40);
	for (let y = 0; y < height; y++)
		data.copy(picture.data, ((y + 500) * 1280 + 900) * 3, y * width * 3, (y + 1) * width * 3);
	expect(encodePng(picture).length).toBeLessThanOrEqual(1.1 * (await bySharp(picture, 6)));
});

test('photographs: a quarter less than level 1, in colours or without', async () => {
	for (const picture of [photograph(1280, 720), photograph(1280, 720, 2, true)]) {
		expect(encodePng(picture).length).toBeLessThan(0.75 * (await bySharp(picture, 1)));
	}
});

test('one pixel takes hardly more than what surrounds it', () => {
	expect(encodePng({ width: 1, height: 1, data: Buffer.from([9, 8, 7]) }).length).toBeLessThanOrEqual(70);
});
