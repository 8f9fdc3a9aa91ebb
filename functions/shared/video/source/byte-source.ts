/**
 * Bytes of a video, wherever they are.
 * `read` gives exactly `length` bytes, fewer only at the end; `stream` gives a range piece by piece, without holding it whole.
 */
export type ByteSource = {
	/** Bytes in all. */
	size: number;
	read(offset: number, length: number): Promise<Buffer>;
	stream(offset: number, length: number, signal?: AbortSignal): AsyncIterable<Uint8Array>;
};

/** A source that ends after so many bytes of another. */
export const firstBytes = (source: ByteSource, size: number): ByteSource =>
	size >= source.size
		? source
		: {
				size,
				read: (offset, length) => source.read(offset, Math.max(0, Math.min(length, size - offset))),
				stream: (offset, length, signal) => source.stream(offset, Math.max(0, Math.min(length, size - offset)), signal),
			};

/** Bytes of a file that are read as others. */
export type Change = { offset: number; bytes: Buffer };

/** A source with other bytes in some places. */
export const withChanges = (source: ByteSource, changes: Change[]): ByteSource => {
	if (changes.length === 0) return source;
	/** Changes a piece that begins at an offset of the source. */
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
};

/** A part of a source: `[offset, offset + length)`. */
export type ByteRange = { offset: number; length: number };

/** Gap between two wanted ranges up to which reading on is cheaper than asking again, in bytes. */
const worthReading = 64 * 1024;

/** Joins ranges, given in order of their offsets, that touch or nearly touch. */
export const joinRanges = (ranges: Iterable<ByteRange>): ByteRange[] => {
	const joined: ByteRange[] = [];
	for (const range of ranges) {
		const last = joined.at(-1);
		if (last && range.offset <= last.offset + last.length + worthReading) {
			last.length = Math.max(last.length, range.offset + range.length - last.offset);
		} else joined.push({ ...range });
	}
	return joined;
};
