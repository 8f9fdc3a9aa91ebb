import { deflateSync } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { readMask } from '../../../functions/shared/supervisely/labels/geometry/mask-png.ts';
import { readNpy, writeNpy } from '../../../functions/shared/supervisely/labels/geometry/npy.ts';
import { nearest } from '../../../functions/shared/supervisely/labels/geometry/raster.ts';
import { convertOne, full, half, maskData } from './shapes.ts';

/** What the SDK wrote for a mask of 3 x 2 pixels: a PNG of 1 bit, with a palette whose first colour is transparent. */
const writtenBySdk =
	'eJzrDPBz5+WS4mJgYOD19HAJAtLMQMzECCKX7/oSCaTYAnxCXIH0////l96cfxfIYiwJ8gtmcHh2Iw3I4fF0cQypmJPskWABlHnCqPhGX7IIKM7g6ernss4poQkAhD0Ztw==';

const png = (channels: 1 | 2 | 3 | 4, pixels: number[]) =>
	sharp(Buffer.from(pixels), { raw: { width: pixels.length / channels, height: 1, channels } });
const packed = async (image: Sharp): Promise<string> => deflateSync(await image.png().toBuffer()).toString('base64');
const bare = async (image: Sharp): Promise<string> => (await image.png().toBuffer()).toString('base64');
const rows = async (type: 'set' | 'alpha', data: string) => {
	const { width, height, data: pixels } = (await readMask(data, type)).raster;
	return Array.from({ length: height }, (_, row) => [...pixels.subarray(row * width, (row + 1) * width)]);
};

type MaskLabel = { bitmap: { origin: number[]; data: string } };
const convertMask = async (type: 'bitmap' | 'alpha_mask', origin: number[], data: string, to = full) => {
	const { bitmap } = (await convertOne(type, { bitmap: { origin, data } }, full, to)) as MaskLabel;
	return { origin: bitmap.origin, rows: await rows(type === 'bitmap' ? 'set' : 'alpha', bitmap.data) };
};

describe('reading', () => {
	test.each([
		[
			'palette with transparency',
			'set',
			async (): Promise<string> => writtenBySdk,
			[
				[0, 255, 255],
				[255, 255, 0],
			],
		],
		['gray', 'set', () => packed(png(1, [0, 1, 255]).toColourspace('b-w')), [[0, 255, 255]]],
		['alpha, not colour', 'set', () => packed(png(4, [9, 9, 9, 0, 0, 0, 0, 7])), [[0, 255]]],
		['gray with alpha', 'set', () => packed(png(2, [9, 0, 0, 7]).toColourspace('b-w')), [[0, 255]]],
		['not packed, gray', 'set', () => bare(png(1, [0, 1, 255]).toColourspace('b-w')), [[0, 255, 255]]],
		['not packed, any channel', 'set', () => bare(png(3, [0, 0, 0, 0, 1, 0])), [[0, 255]]],
		['gray values', 'alpha', () => packed(png(1, [0, 1, 128, 255]).toColourspace('b-w')), [[0, 1, 128, 255]]],
		['colour for gray, not alpha', 'alpha', () => packed(png(4, [9, 9, 9, 0, 255, 0, 0, 7])), [[9, 76]]],
	] as const)('%s', async (_, reading, data, expected) => {
		expect(await rows(reading, await data())).toEqual(expected);
	});

	test('colours without transparency are refused', async () => {
		await expect(readMask(await packed(png(3, [0, 0, 0])), 'set')).rejects.toThrow(
			'it does not say which pixels are set',
		);
	});

	test('a picture that claims to be larger than any frame is refused before it is decoded', async () => {
		const head = Buffer.from(await png(1, [1]).png().toBuffer());
		head.writeUInt32BE(1_000_000, 16);
		head.writeUInt32BE(1_000_000, 20);
		await expect(readMask(deflateSync(head).toString('base64'), 'set')).rejects.toThrow('1000000 x 1000000');
	});

	test('a broken picture is refused', async () => {
		const whole = await png(1, [1, 2, 3]).png().toBuffer();
		await expect(readMask(deflateSync(whole.subarray(0, 45)).toString('base64'), 'set')).rejects.toThrow(
			'cannot be read',
		);
	});
});

describe('conversion', () => {
	test('data that needs no change stays as it is', async () => {
		const bitmap = { origin: [7.9, 5.2], data: writtenBySdk };
		expect(await convertOne('bitmap', { bitmap })).toEqual({ bitmap: { origin: [7, 5], data: writtenBySdk } });
	});

	test('an empty margin is cut off', async () => {
		const data = await maskData([
			[0, 0, 0],
			[0, 3, 0],
			[0, 0, 9],
		]);
		expect(await convertMask('alpha_mask', [7, 5], data)).toEqual({
			origin: [8, 6],
			rows: [
				[3, 0],
				[0, 9],
			],
		});
		expect(await convertMask('bitmap', [7, 5], data)).toEqual({
			origin: [8, 6],
			rows: [
				[255, 0],
				[0, 255],
			],
		});
	});

	test('an empty mask is refused', async () => {
		await expect(convertMask('bitmap', [7, 5], await maskData([[0, 0]]))).rejects.toThrow('an empty mask');
	});

	test('data that came unpacked is packed', async () => {
		const data = await bare(png(1, [1, 2]).toColourspace('b-w'));
		expect(await convertMask('bitmap', [0, 0], data)).toEqual({ origin: [0, 0], rows: [[255, 255]] });
	});
});

describe('scaling', () => {
	test('3 rows x 5 columns at (7, 5) are 2 x 2 at (4, 2)', async () => {
		const data = await maskData([
			[10, 11, 12, 13, 14],
			[20, 21, 22, 23, 24],
			[30, 31, 32, 33, 34],
		]);
		expect(await convertMask('alpha_mask', [7, 5], data, half)).toEqual({
			origin: [4, 2],
			rows: [
				[11, 13],
				[31, 33],
			],
		});
	});

	test.each([
		[5, 2, [1, 3]],
		[3, 2, [0, 2]],
		[4, 2, [1, 3]],
		[2, 5, [0, 0, 1, 1, 1]],
		[7, 3, [1, 3, 5]],
		[1, 4, [0, 0, 0, 0]],
	])('%i to %i takes places %j', (from, to, places) => {
		const data = Uint8Array.from({ length: from }, (_, place) => place);
		expect([...nearest({ width: from, height: 1, pixelBytes: 1, data }, to, 1).data]).toEqual(places);
	});

	test('a mask whose pixels are all missed by the nearest ones is not empty', async () => {
		const data = await maskData([[1, 0, 0, 0, 0, 1]]);
		const tiny = { width: 16, height: 12 };
		expect((await convertMask('bitmap', [4, 4], data, tiny)).rows.flat()).toContain(255);
	});

	test('a mask in the last corner stays on the picture', async () => {
		const data = await maskData([[1]]);
		expect(await convertMask('bitmap', [63, 47], data, half)).toEqual({ origin: [31, 23], rows: [[255]] });
	});
});

describe('multichannel masks', () => {
	const npy = (width: number, height: number, values: number[]) =>
		writeNpy({
			raster: { width, height, pixelBytes: 4, data: new Uint8Array(Uint16Array.from(values).buffer) },
			type: '<u2',
			count: 2,
		});

	test('keep all channels of a pixel when scaled', async () => {
		const data = npy(4, 1, [1, 2, 3, 4, 5, 6, 7, 8]);
		const found = (await convertOne(
			'multichannelBitmap',
			{ multichannelBitmap: { origin: [2, 2], data } },
			full,
			half,
		)) as {
			multichannelBitmap: { origin: number[]; data: string };
		};
		expect(found.multichannelBitmap.origin).toEqual([1, 1]);
		const { raster, type, count } = readNpy(found.multichannelBitmap.data);
		expect({ type, count, width: raster.width, height: raster.height }).toEqual({
			type: '<u2',
			count: 2,
			width: 2,
			height: 1,
		});
		expect([...new Uint16Array(new Uint8Array(raster.data).buffer)]).toEqual([3, 4, 7, 8]);
	});

	test('of another length than they say are refused', () => {
		expect(() => readNpy(npy(4, 1, [1, 2, 3, 4, 5, 6, 7]))).toThrow('length does not match its header');
	});
});
