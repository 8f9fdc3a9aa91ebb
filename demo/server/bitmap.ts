import { inflateSync } from 'node:zlib';
import type { Size } from '#shared/size.ts';
import { badRequest } from './api-error.ts';

const pngStart = Buffer.from('89504e470d0a1a0a', 'hex');
const largestPng = 256 * 1024 * 1024;

/**
 * Size in pixels of a mask's `data`: base64 of zlib of a PNG file.
 * @throws ApiError 400 when it is not that.
 */
export function bitmapSize(data: string): Size {
	let png: Buffer;
	try {
		png = inflateSync(Buffer.from(data, 'base64'), { maxOutputLength: largestPng });
	} catch {
		throw badRequest('bitmap.data: is not base64 of zlib data');
	}
	if (png.length < 33 || !png.subarray(0, 8).equals(pngStart) || png.toString('latin1', 12, 16) !== 'IHDR') {
		throw badRequest('bitmap.data: does not hold a PNG');
	}
	const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
	if (width === 0 || height === 0) throw badRequest('bitmap.data: holds an empty PNG');
	return { width, height };
}
