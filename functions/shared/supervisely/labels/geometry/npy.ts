import { deflateSync, inflateSync } from 'node:zlib';
import { PermanentError } from '../../../errors.ts';
import type { Raster } from './raster.ts';

const magic = Buffer.from('934e554d5059', 'hex');
const mostBytes = 2 ** 28;
/** NumPy aligns the start of the data to a multiple of this. */
const alignment = 64;

/** A raster with its element type (NumPy's `descr`) and the number of channels. */
export type Channels = { raster: Raster; type: string; count: number };

/**
 * Reads `data` of a multichannel mask: base64 of zlib of a NumPy array of shape (height, width, channels).
 * @throws PermanentError `label` when it is not that
 */
export function readNpy(data: string): Channels {
	const npy = inflate(data);
	if (npy.length < 12 || !npy.subarray(0, magic.length).equals(magic)) throw unreadable('holds no NumPy array');
	const wide = npy.readUInt8(6) > 1;
	const start = wide ? 12 : 10;
	const body = start + (wide ? npy.readUInt32LE(8) : npy.readUInt16LE(8));
	const header = npy.toString('latin1', start, body);
	const [, type = '', bytes = ''] = /'descr': '([<>|=]?[biufc](\d+))'/.exec(header) ?? [];
	const [, height, width, count] = (/'shape': \((\d+), (\d+), (\d+),?\)/.exec(header) ?? []).map(Number);
	if (!bytes || !height || !width || !count || !header.includes("'fortran_order': False")) {
		throw unreadable(`holds no array of rows, columns and channels: ${header.trim().slice(0, 80)}`);
	}
	const pixelBytes = Number(bytes) * count;
	const pixels = npy.subarray(body);
	if (pixels.length !== width * height * pixelBytes)
		throw unreadable('holds an array whose length does not match its header');
	return { raster: { width, height, pixelBytes, data: pixels }, type, count };
}

/** The reverse of {@link readNpy}. */
export function writeNpy({ raster, type, count }: Channels): string {
	const text = `{'descr': '${type}', 'fortran_order': False, 'shape': (${raster.height}, ${raster.width}, ${count}), }`;
	const length = Math.ceil((10 + text.length + 1) / alignment) * alignment - 10;
	const head = Buffer.alloc(10);
	magic.copy(head);
	head.writeUInt8(1, 6);
	head.writeUInt16LE(length, 8);
	const header = Buffer.from(`${text.padEnd(length - 1)}\n`, 'latin1');
	return deflateSync(Buffer.concat([head, header, raster.data])).toString('base64');
}

const inflate = (data: string): Buffer => {
	try {
		return inflateSync(Buffer.from(data, 'base64'), { maxOutputLength: mostBytes });
	} catch (error) {
		throw unreadable('is not base64 of zlib data', { cause: error });
	}
};

const unreadable = (what: string, options?: ErrorOptions) =>
	new PermanentError('label', `geometry.multichannelBitmap.data ${what}`, options);
