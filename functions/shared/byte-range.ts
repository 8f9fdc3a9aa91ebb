/** The part of a file that a request asks for, both ends inclusive. */
export type ByteRange = { first: number; last: number } | 'whole' | 'unsatisfiable';

/**
 * Parses a `Range` header for a file of `size` bytes (RFC 9110, 14.2). Anything but a single byte range is ignored, as the
 * RFC allows.
 */
export function parseByteRange(header: string | undefined, size: number): ByteRange {
	const match = /^bytes=(\d*)-(\d*)$/i.exec(header?.trim() ?? '');
	if (!match || (match[1] === '' && match[2] === '')) return 'whole';
	if (match[1] === '') {
		const length = Number(match[2]);
		return length === 0 || size === 0 ? 'unsatisfiable' : { first: Math.max(0, size - length), last: size - 1 };
	}
	const first = Number(match[1]);
	const last = match[2] === '' ? size - 1 : Math.min(Number(match[2]), size - 1);
	if (match[2] !== '' && Number(match[2]) < first) return 'whole';
	return first >= size ? 'unsatisfiable' : { first, last };
}

/** The range of an answer with status 206: first and last byte, from 0. */
export type ContentRange = {
	first: number;
	last: number;
	/** Size of the whole file; null if the server doesn't report it. */
	total: number | null;
};

/** Reads a `Content-Range` header (RFC 9110, 14.4); undefined if it is not a byte range. */
export function parseContentRange(header: string | null): ContentRange | undefined {
	const found = /^bytes\s+(\d+)-(\d+)\/(\d+|\*)$/i.exec(header?.trim() ?? '');
	if (!found) return undefined;
	const [first, last] = [Number(found[1]), Number(found[2])];
	const total = found[3] === '*' ? null : Number(found[3]);
	return last < first || (total !== null && last >= total) ? undefined : { first, last, total };
}
