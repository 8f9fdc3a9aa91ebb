/** A part of a file to send, both ends inclusive, or what makes it impossible. */
export type ByteRange = { first: number; last: number } | 'whole' | 'unsatisfiable';

/**
 * Reads a `Range` header against a file of `size` bytes (RFC 9110, section 14). What is not a single byte range is ignored, as the RFC allows.
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
