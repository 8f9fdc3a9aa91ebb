import type { ByteRange, ByteSource } from './byte-source.ts';

/** Reads ranges of a source into memory. Returns a source with only these bytes, at the same offsets. */
export async function memorySource(source: ByteSource, ranges: ByteRange[], signal: AbortSignal): Promise<ByteSource> {
	const held: { offset: number; bytes: Buffer }[] = [];
	for (const { offset, length } of ranges) {
		const pieces: Uint8Array[] = [];
		for await (const piece of source.stream(offset, length, signal)) pieces.push(piece);
		held.push({ offset, bytes: Buffer.concat(pieces) });
	}
	const part = (offset: number, length: number): Buffer => {
		const range = held.find(({ offset: start, bytes }) => offset >= start && offset < start + bytes.length);
		if (!range) return Buffer.alloc(0);
		return range.bytes.subarray(offset - range.offset, offset - range.offset + length);
	};
	return {
		size: source.size,
		read: async (offset, length) => part(offset, length),
		stream: async function* (offset, length) {
			yield part(offset, length);
		},
	};
}
