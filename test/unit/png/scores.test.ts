import { expect, test } from 'vitest';
import type { Picture } from '#shared/video/extract/picture.ts';
import { scorePicture, toRgb } from '#shared/video/picture/encode.ts';
import { hashDistance, type Scores } from '#shared/video/picture/scores.ts';
import { resizePicture } from '#test/resize-picture.ts';
import { makeRandom } from '../../chaos/random.ts';
import { noise, painted, photograph, screen } from './scenes.ts';

/** Sharpness and brightness, pixel by pixel as the definitions say. */
const plainly = ({ width, height, data }: Picture) => {
	const gray = (x: number, y: number): number => {
		const [r = 0, g = 0, b = 0] = data.subarray(3 * (y * width + x));
		return (9798 * r + 19235 * g + 3735 * b + 16384) >> 15;
	};
	const mirror = (at: number, count: number) =>
		count === 1 ? 0 : at < 0 ? -at : at >= count ? 2 * count - 2 - at : at;
	let [sum, squares, light] = [0, 0, 0];
	for (let y = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			const across = gray(mirror(x - 1, width), y) + gray(mirror(x + 1, width), y);
			const value = across + gray(x, mirror(y - 1, height)) + gray(x, mirror(y + 1, height)) - 4 * gray(x, y);
			sum += value;
			squares += value * value;
			light += gray(x, y);
		}
	const count = width * height;
	return { sharpness: squares / count - (sum / count) ** 2, brightness: light / count };
};

const scoresOf = ({ width, height, data }: Picture): Promise<Scores> =>
	scorePicture({ width, height, pixels: 'rgb24', bytes: Buffer.from(data) });

test('sharpness and brightness are those of the definitions, at all widths and heights', async () => {
	const random = makeRandom(5);
	const sizes = [
		...Array.from({ length: 60 }, (_, n) => [n + 1, Math.ceil(random.next() * 50)]),
		...[
			[1, 1],
			[1, 40],
			[40, 1],
			[2, 2],
			[320, 200],
			[5000, 3],
			[9000, 2],
		],
	] as [number, number][];
	for (const [n, [width, height]] of sizes.entries()) {
		const picture = noise(width, height, n);
		const { sharpness, brightness } = await scoresOf(picture);
		expect({ sharpness, brightness }, `${width} x ${height}`).toEqual(plainly(picture));
	}
});

test('black and white give the largest sums', async () => {
	const board = painted(640, 480, (x, y) => ((x + y) % 2 === 0 ? [255, 255, 255] : [0, 0, 0]));
	expect(await scoresOf(board)).toMatchObject(plainly(board));
	const white = painted(640, 480, () => [255, 255, 255]);
	expect(await scoresOf(white)).toMatchObject({ sharpness: 0, brightness: 255 });
});

test('planes have the scores of the RGB that is made of them', async () => {
	for (const pixels of ['yuv420p-bt601', 'yuv420p-bt709'] as const) {
		const widths = [...Array.from({ length: 20 }, (_, n) => 2 * n + 2), 318, 5000];
		for (const [n, width] of widths.entries()) {
			const height = 2 + 2 * (n % 4) + (width === 318 ? 192 : 0);
			const bytes = Buffer.from(noise(width, height, n).data.subarray(0, width * height * 1.5));
			const picture = { pixels, width, height };
			const { data } = await toRgb({ ...picture, bytes: Buffer.from(bytes) });
			const scores = await scorePicture({ ...picture, bytes });
			expect(scores, `${width} x ${height}`).toEqual(await scoresOf({ width, height, data }));
		}
	}
});

test('cells are mean colours', async () => {
	const { cells } = await scoresOf(painted(64, 96, (x, y) => [x * 2, y * 2, 7]));
	expect([...cells.subarray(0, 3)]).toEqual([1, 2, 7]);
	expect([...cells.subarray(-3)]).toEqual([125, 188, 7]);
	const small = await scoresOf(painted(3, 2, (x, y) => [x, y, 9]));
	expect([...small.cells.subarray(0, 3)]).toEqual([0, 0, 9]);
	expect([...small.cells.subarray(-3)]).toEqual([2, 1, 9]);
});

test('hashes of similar pictures are near, those of others far', async () => {
	const picture = photograph(640, 360, 1);
	const { hash } = await scoresOf(picture);
	expect(hash).toMatch(/^[0-9a-f]{16}$/);
	const brighter = painted(640, 360, (x, y) => {
		const [r = 0, g = 0, b = 0] = picture.data.subarray(3 * (y * 640 + x));
		return [Math.min(255, r + 20), Math.min(255, g + 20), Math.min(255, b + 20)];
	});
	expect(hashDistance(hash, (await scoresOf(brighter)).hash)).toBeLessThanOrEqual(4);
	expect(hashDistance(hash, (await scoresOf(resizePicture(picture, 180, 320))).hash)).toBeLessThanOrEqual(4);
	const others = await Promise.all([screen(640, 360), noise(640, 360), screen(640, 360, 9)].map(scoresOf));
	for (const other of others) expect(hashDistance(hash, other.hash)).toBeGreaterThan(10);
	expect(hashDistance('ffffffffffffffff', '0000000000000000')).toBe(64);
});
