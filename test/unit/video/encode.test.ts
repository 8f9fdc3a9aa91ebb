import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { encodeImage } from '#shared/video/picture/encode.ts';
import type { ImageOptions } from '#shared/video/picture/image-format.ts';

const size = { width: 96, height: 64 };

/** A picture of slow colours with a grain of light. */
const picture = () => {
	const data = Buffer.alloc(size.width * size.height * 3);
	for (let at = 0; at < size.width * size.height; at++) {
		const [x, y] = [at % size.width, Math.floor(at / size.width)];
		const grain = ((x * 7919 + y * 104_729) % 31) - 15;
		data.set([60 + x + grain, 200 - y + grain, 90 + y + grain], at * 3);
	}
	return { ...size, data };
};
const encode = (options: ImageOptions, to = size) => {
	const { data: bytes } = picture();
	return encodeImage({ ...size, pixels: 'rgb24', bytes }, options, to);
};

/** How far the pixels of an image are from those of the picture, on average. */
const distance = async (image: Buffer) => {
	const [found, wanted] = [await sharp(image).raw().toBuffer(), picture().data];
	expect(found.length).toBe(wanted.length);
	return found.reduce((sum, value, at) => sum + Math.abs(value - (wanted[at] as number)), 0) / wanted.length;
};

describe('an image file', () => {
	test('PNG has the very pixels', async () => expect(await distance(await encode({ format: 'png' }))).toBe(0));

	test.each([
		[{ format: 'jpg' }, 'jpeg', '4:4:4'],
		[{ format: 'jpg', chroma: 444, quality: null }, 'jpeg', '4:4:4'],
		[{ format: 'jpg', chroma: 420 }, 'jpeg', '4:2:0'],
		[{ format: 'webp' }, 'webp', undefined],
		[{ format: 'png' }, 'png', undefined],
	] as [ImageOptions, string, string | undefined][])('%j', async (options, format, chromaSubsampling) => {
		const found = await sharp(await encode(options, { width: 48, height: 32 })).metadata();
		expect(found).toMatchObject({ format, width: 48, height: 32, channels: 3 });
		expect(found.chromaSubsampling).toBe(chromaSubsampling);
		expect([found.exif, found.icc, found.xmp]).toEqual([undefined, undefined, undefined]);
	});

	test('of more quality is larger and nearer to the picture; by default it is 95', async () => {
		for (const format of ['jpg', 'webp'] as const) {
			const [low, high, best] = await Promise.all([10, 95, 100].map(quality => encode({ format, quality })));
			expect(low?.length).toBeLessThan(high?.length as number);
			expect(high?.length).toBeLessThan(best?.length as number);
			expect(await distance(high as Buffer)).toBeLessThan(await distance(low as Buffer));
			expect(await encode({ format })).toEqual(high);
		}
	});

	test('JPEG is made of the pixels of PNG, with standard tables unless they are optimised', async () => {
		const raw = sharp(picture().data, { raw: { ...size, channels: 3 } });
		const same = await raw.jpeg({ quality: 80, chromaSubsampling: '4:4:4', optimiseCoding: false }).toBuffer();
		const plain = await encode({ format: 'jpg', quality: 80 });
		expect(plain).toEqual(same);
		const optimised = await encode({ format: 'jpg', quality: 80, optimiseCoding: true });
		expect(optimised.length).toBeLessThan(plain.length);
		expect(await sharp(optimised).raw().toBuffer()).toEqual(await sharp(plain).raw().toBuffer());
	});

	test('too large for WebP is refused in one sentence, and no repeat is worth it', async () => {
		await expect(encode({ format: 'webp' }, { width: 16_384, height: 1 })).rejects.toMatchObject({
			reason: 'unsupported',
			message: 'A picture has 16384 x 1 pixels, and WebP allows at most 16383 pixels per side: choose png or jpg',
		});
	});
});
