import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import type { PixelFormat } from '#shared/video/extract/picture.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { makeMemory, openCodec } from '#shared/video/picture/png/codec.ts';
import { yuv420ToRgb } from '#shared/video/picture/png/encode-png.ts';
import { pictureModule } from '#shared/video/picture/png/workers.ts';
import { resizePicture } from '#test/resize-picture.ts';
import { makeRandom } from '../../chaos/random.ts';

const matrices = ['yuv420p-bt601', 'yuv420p-bt709'] as const;

/** RGB as ffmpeg makes it of raw planes. */
const byFfmpeg = (planes: Buffer, width: number, height: number, pixels: PixelFormat = 'yuv420p-bt601'): Buffer =>
	execFileSync(
		installedFfmpeg(),
		[
			...[
				'-v',
				'error',
				'-f',
				'rawvideo',
				...(pixels === 'yuv420p-bt709' ? ['-colorspace', 'bt709'] : []),
				'-pix_fmt',
				'yuv420p',
				'-s',
				`${width}x${height}`,
				'-i',
				'pipe:0',
			],
			...['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-sws_flags', 'bicubic', 'pipe:1'],
		],
		{ input: planes, maxBuffer: 2 ** 27 },
	);

const randomPlanes = (width: number, height: number): Buffer => {
	const random = makeRandom(width * 10_000 + height);
	return Buffer.from(Array.from({ length: width * height * 1.5 }, () => random.between(0, 256)));
};

test.each(matrices)('every Y with every U and V, %s', pixels => {
	const side = 4096;
	const planes = Buffer.allocUnsafe(side * side * 1.5);
	for (let block = 0; block < (side / 2) ** 2; block++) {
		// 64 blocks of four pixels show all Y with one U and V.
		const [chroma, luma] = [block >> 6, (block & 63) * 4];
		const [x, y] = [(block % (side / 2)) * 2, Math.floor(block / (side / 2)) * 2];
		planes.writeUInt16LE(luma | ((luma + 1) << 8), y * side + x);
		planes.writeUInt16LE((luma + 2) | ((luma + 3) << 8), (y + 1) * side + x);
		planes[side * side + block] = chroma & 255;
		planes[side * side * 1.25 + block] = chroma >> 8;
	}
	const { data } = yuv420ToRgb({ width: side, height: side, pixels, bytes: planes });
	expect(data.equals(byFfmpeg(planes, side, side, pixels))).toBe(true);
});

test.each([
	[2, 2],
	[4, 2],
	[6, 4],
	[8, 8],
	[10, 6],
	[14, 2],
	[18, 30],
	[34, 16],
	[426, 240],
	[850, 478],
])('%i x %i: the bits of ffmpeg', (width, height) => {
	const planes = randomPlanes(width, height);
	for (const pixels of matrices) {
		const { data } = yuv420ToRgb({ width, height, pixels, bytes: planes });
		expect(data.equals(byFfmpeg(planes, width, height, pixels))).toBe(true);
	}
});

test('converted and scaled at once, as one after the other', () => {
	const codec = openCodec(pictureModule(), makeMemory());
	for (const [width, height, toWidth, toHeight] of [
		[64, 48, 41, 77],
		[320, 180, 128, 72],
		[30, 2, 64, 1],
	] as const) {
		const planes = randomPlanes(width, height);
		const resize = { width: toWidth, height: toHeight };
		for (const pixels of matrices) {
			codec.pixelsFor({ pixels, width, height, resize, output: 'rgb' }).set(planes);
			const both = codec.run({ pixels, width, height, resize, output: 'rgb' });
			const { data } = resizePicture(yuv420ToRgb({ width, height, pixels, bytes: planes }), toHeight, toWidth);
			expect(data.equals(both)).toBe(true);
		}
	}
});

test.each([
	[3, 2],
	[2, 3],
])('%i x %i pixels have no such planes', (width, height) => {
	expect(() => yuv420ToRgb({ width, height, pixels: 'yuv420p-bt601', bytes: Buffer.alloc(9) })).toThrow(RangeError);
});
