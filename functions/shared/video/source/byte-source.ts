/**
 * Bytes of a video file. `read` returns exactly `length` bytes, fewer only at the end; `stream` yields a range in pieces.
 */
export type ByteSource = {
	/** Size of the file in bytes. */
	size: number;
	read(offset: number, length: number): Promise<Buffer>;
	stream(offset: number, length: number, signal?: AbortSignal): AsyncIterable<Uint8Array>;
};

/** The first `size` bytes of a source. */
export function firstBytes(source: ByteSource, size: number): ByteSource {
	return size >= source.size
		? source
		: {
				size,
				read: (offset, length) => source.read(offset, Math.max(0, Math.min(length, size - offset))),
				stream: (offset, length, signal) => source.stream(offset, Math.max(0, Math.min(length, size - offset)), signal),
			};
}

/** Replacement bytes at an offset of a file. */
export type Change = { offset: number; bytes: Buffer };

/** A source with some bytes replaced. */
export function withChanges(source: ByteSource, changes: Change[]): ByteSource {
	if (changes.length === 0) return source;
	/** Applies the changes to a piece at an offset of the source. */
	const changed = (piece: Uint8Array, at: number): Buffer => {
		const copy = Buffer.from(piece);
		for (const { offset, bytes } of changes)
			for (const [n, byte] of bytes.entries())
				if (offset + n >= at && offset + n < at + copy.length) copy[offset + n - at] = byte;
		return copy;
	};
	return {
		size: source.size,
		read: async (offset, length) => changed(await source.read(offset, length), offset),
		stream: async function* (offset, length, signal) {
			let at = offset;
			for await (const piece of source.stream(offset, length, signal)) {
				yield changed(piece, at);
				at += piece.length;
			}
		},
	};
}

/** A part of a source: `[offset, offset + length)`. */
export type ByteRange = { offset: number; length: number };

/** Largest gap between two ranges that is cheaper to read than a second request, in bytes. */
const worthReading = 64 * 1024;

/** Joins adjacent or nearly adjacent ranges, given in order of their offsets. */
export function joinRanges(ranges: Iterable<ByteRange>): ByteRange[] {
	const joined: ByteRange[] = [];
	for (const range of ranges) {
		const last = joined.at(-1);
		if (last && range.offset <= last.offset + last.length + worthReading) {
			last.length = Math.max(last.length, range.offset + range.length - last.offset);
		} else joined.push({ ...range });
	}
	return joined;
}
