import { describe, expect, test } from 'vitest';
import type { Picture } from '#shared/video/extract/picture.ts';
import { encodeGrayPng, encodePng } from '#shared/video/picture/png/encode-png.ts';
import { makeRandom, type Random } from '../../chaos/random.ts';
import { expectReadBack } from './read-back.ts';
import { drawing, flat, gradient, mask, noise, photograph, screen, tiles } from './scenes.ts';

/** Ways to fill bytes, each of which leads to other blocks, runs and matches. */
const fillings: ((random: Random, at: number, data: Buffer) => number)[] = [
	() => 7,
	random => random.between(0, 256),
	random => Math.floor(random.between(0, 3)) * 100,
	(random, at, data) => (data[at - 3] ?? 0) + (random.chance(0.1) ? 1 : 0),
	random => (random.chance(0.99) ? 0 : random.between(0, 256)),
	(random, at, data) => data[at - Math.floor(random.between(1, 40))] ?? at,
	(_, at) => (at * at) >> 5,
];

const filled = (width: number, height: number, channels: number, seed: number): Picture => {
	const random = makeRandom(seed);
	const data = Buffer.alloc(width * height * channels);
	const value = random.pick(fillings);
	for (let at = 0; at < data.length; at++) data[at] = value(random, at, data);
	return { width, height, data };
};

describe('every width, and so every rest of 16 and of 8 bytes', () => {
	test.each([1, 2, 3, 4, 11])('%i rows', async height => {
		for (let width = 1; width <= 33; width++) {
			const [rgb, gray] = [filled(width, height, 3, width * 100 + height), filled(width, height, 1, width + height)];
			await expectReadBack(encodePng(rgb), rgb);
			await expectReadBack(encodeGrayPng(gray), gray);
		}
	});
});

test.each(Array.from({ length: 12 }, (_, seed) => seed))('random pictures, seed %i', async seed => {
	const random = makeRandom(seed);
	for (let i = 0; i < 12; i++) {
		const [width, height] = [Math.ceil(random.next() * 260), Math.ceil(random.next() * 200)];
		const picture = filled(width, height, 3, seed * 100 + i);
		await expectReadBack(encodePng(picture), picture);
		const gray = filled(width * 2, height, 1, seed * 1000 + i);
		await expectReadBack(encodeGrayPng(gray), gray);
	}
});

test.each(
	Object.entries({ drawing, flat, mask, noise, photograph, screen, tiles }).map(([name, scene]) => ({ name, scene })),
)('a $name', async ({ scene }) => {
	const picture = scene(853, 480);
	await expectReadBack(encodePng(picture), picture);
});

test('a gradient that only runs down, and one across', async () => {
	for (const picture of [gradient(500, 300, 0, 1), gradient(500, 300, 1, 0)]) {
		await expectReadBack(encodePng(picture), picture);
	}
});

test('parts that are written in different ways, and look back into one another', async () => {
	const [width, height] = [1000, 350];
	const scenes = [screen, photograph, noise, mask, photograph, drawing, tiles].map(scene => scene(width, height));
	const picture = { width, height: height * scenes.length, data: Buffer.concat(scenes.map(({ data }) => data)) };
	await expectReadBack(encodePng(picture), picture);
});

test('8K', async () => {
	const [width, height] = [7680, 4320];
	const piece = photograph(960, 135);
	const data = Buffer.allocUnsafe(width * height * 3);
	for (let at = 0; at < data.length; at += piece.data.length) piece.data.copy(data, at);
	const picture = { width, height, data };
	await expectReadBack(encodePng(picture), picture);
});

test('the widest row, and none wider', async () => {
	const picture = filled(174762, 2, 3, 1);
	await expectReadBack(encodePng(picture), picture);
	expect(() => encodePng({ width: 174763, height: 1, data: Buffer.alloc(174763 * 3) })).toThrow(RangeError);
});

test('the same picture makes the same bytes, whatever was encoded before', () => {
	const pictures = [screen(400, 300), photograph(300, 400), mask(640, 640), noise(90, 90)];
	const first = pictures.map(picture => encodePng(picture));
	const again = pictures.toReversed().map(picture => encodePng(picture));
	expect(again.toReversed().map((png, i) => png.equals(first[i] as Buffer))).toEqual([true, true, true, true]);
});

test.each([
	{ width: 0, height: 1, data: Buffer.alloc(0) },
	{ width: 1.5, height: 2, data: Buffer.alloc(9) },
	{ width: 2, height: 2, data: Buffer.alloc(11) },
	{ width: 100_000, height: 100_000, data: Buffer.alloc(3) },
])('$width x $height pixels that are no picture', picture => {
	expect(() => encodePng(picture)).toThrow(RangeError);
});
