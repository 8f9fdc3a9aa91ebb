import { inflateSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { moduleBase64 } from '#shared/video/picture/png/built/pictures.ts';
import { encodePng } from '#shared/video/picture/png/encode-png.ts';
import { makeRandom } from '../../chaos/random.ts';
import { expectReadBack } from './read-back.ts';
import { noise } from './scenes.ts';

const [width, height] = [600, 580];
const stride = width * 3;
/** One part of the stream, of which the counts of a block are sampled. */
const length = (stride + 1) * height;

/** The picture whose rows of `stride` bytes, filtered (the first by Sub, the others by Paeth), are these bytes. */
const unfiltered = (filtered: Uint8Array, stride: number): Buffer => {
	const rows = filtered.length / (stride + 1);
	const data = Buffer.alloc(stride * rows);
	for (let y = 0, at = 0; y < rows; y++) {
		for (let x = 0; x < stride; x++, at++) {
			const left = x < 3 ? 0 : (data[at - 3] ?? 0);
			const up = y === 0 ? 0 : (data[at - stride] ?? 0);
			const corner = x < 3 || y === 0 ? 0 : (data[at - stride - 3] ?? 0);
			const target = left + up - corner;
			const distances = [Math.abs(target - left), Math.abs(target - up), Math.abs(target - corner)] as const;
			const nearest = Math.min(...distances);
			const predicted = distances[0] === nearest ? left : distances[1] === nearest ? up : corner;
			data[at] = (filtered[y * (stride + 1) + 1 + x] ?? 0) + predicted;
		}
	}
	return data;
};

/** Whether a byte lies among the 64 of its 512 that are counted. */
const isCounted = (at: number): boolean => {
	const window = Math.floor(at / 512);
	const start = window * 512 + ((Math.imul(window, 0x9e3779b1) >>> 29) << 6);
	return at >= start && at < start + 64;
};

/** Whether a row is looked at when it is decided how the part is written. */
const isLookedAt = (row: number): boolean => {
	const count = Math.floor(16384 / stride);
	return Array.from({ length: count }, (_, i) => 1 + Math.floor((i * (height - 1)) / count)).includes(row);
};

const random = makeRandom(3);
const calm = () => Math.round((random.next() + random.next() + random.next() - 1.5) * 5);

describe.each<[string, (at: number) => number]>([
	[
		'symbols that the sample has not seen',
		at => (!isCounted(at) && random.chance(0.05) ? random.between(0, 256) : calm()),
	],
	[
		'noise wherever nobody looks',
		at => (isLookedAt(Math.floor(at / (stride + 1))) || isCounted(at) ? calm() : random.between(0, 256)),
	],
	[
		'the rarest symbols wherever nobody looks',
		at => (isLookedAt(Math.floor(at / (stride + 1))) || isCounted(at) ? calm() : 100 + random.between(0, 50)),
	],
	[
		'counts that make a code as deep as can be',
		at => (isCounted(at) ? Math.min(255, Math.floor(-Math.log2(1 - random.next()) * 1.44)) : calm()),
	],
	['noise that has calm rows', at => (isLookedAt(Math.floor(at / (stride + 1))) ? calm() : random.between(0, 256))],
	['runs of zeros wherever nobody looks', at => (isCounted(at) ? calm() : at % 512 > 480 ? 1 : 0)],
	['no zeros but in the sample', at => (isCounted(at) ? 0 : random.between(1, 20))],
])('%s', (_, value) => {
	const filtered = Uint8Array.from({ length }, (_, at) => value(at));
	const picture = { width, height, data: unfiltered(filtered, stride) };

	test('is read back, and hardly larger than its pixels', async () => {
		const png = encodePng(picture);
		expect(png.length).toBeLessThan(length * 1.0002 + 100);
		await expectReadBack(png, picture);
	});

	test('nothing is written where the result can never be', () => {
		const memory = new WebAssembly.Memory({ initial: 200, maximum: 32768, shared: true });
		const module = new WebAssembly.Module(Buffer.from(moduleBase64, 'base64'));
		const { exports } = new WebAssembly.Instance(module, { env: { memory } });
		const { describe, resultAt, mostResultBytes, makeStream, pixelsAt } = exports as {
			[name: string]: (...numbers: number[]) => number;
		} & { pixelsAt: { value: number } };
		const bytes = Buffer.from(memory.buffer);
		bytes.fill(0xaa);
		bytes.set(picture.data, pixelsAt.value);
		describe?.(3, width, height, width, height);
		const [start, most] = [resultAt?.() ?? 0, mostResultBytes?.() ?? 0];
		expect(start + most).toBeLessThan(bytes.length);
		const written = makeStream?.() ?? 0;
		expect(inflateSync(bytes.subarray(start, start + written)).length).toBe(length);
		expect(bytes.subarray(start + most).every(byte => byte === 0xaa)).toBe(true);
	});
});

test('noise is stored', async () => {
	for (const side of [1, 7, 40, 300, 900]) {
		const picture = noise(side, side);
		expect(encodePng(picture).length).toBeLessThan(side * (3 * side + 1) * 1.0002 + 80);
	}
});

test('runs of zeros that are all the same, but for one that the end of a block cuts', async () => {
	const [width, height] = [133, 580];
	const value = (at: number) => (at % 400 < 100 ? random.pick([1, 2, 254, 255]) : 0);
	const filtered = Uint8Array.from({ length: 400 * height }, (_, at) => value(at));
	const picture = { width, height, data: unfiltered(filtered, 399) };
	await expectReadBack(encodePng(picture), picture);
});
