import { crc32 } from 'node:zlib';
import type { Size } from '../../../size.ts';

/** Bytes of a PNG file before its zlib stream, and after it (PNG specification, sections 5 and 11). */
export const bytesBefore = 8 + 25 + 8;
const bytesBehind = 4 + 12;

/**
 * Makes the zlib stream that lies in these bytes a PNG file, in place: of 8 bits and RGB or gray.
 * @param start of the stream; `bytesBefore` bytes before it and 16 bytes after it are overwritten
 * @returns the file, a view
 */
export function wrapStream(
	bytes: Buffer,
	start: number,
	length: number,
	{ width, height }: Size,
	isGray: boolean,
): Buffer {
	const file = bytes.subarray(start - bytesBefore, start + length + bytesBehind);
	file.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
	file.writeUInt32BE(width, 16);
	file.writeUInt32BE(height, 20);
	// Bit depth, colour type, compression method, filter method, no interlacing.
	file.set([8, isGray ? 0 : 2, 0, 0, 0], 24);
	putChunk(file, 8, 'IHDR', 13);
	putChunk(file, 33, 'IDAT', length);
	putChunk(file, 45 + length, 'IEND', 0);
	return file;
}

/** Writes what surrounds a chunk's content. */
const putChunk = (file: Buffer, at: number, type: string, length: number): void => {
	file.writeUInt32BE(length, at);
	file.write(type, at + 4, 'latin1');
	file.writeUInt32BE(crc32(file.subarray(at + 4, at + 8 + length)), at + 8 + length);
};
