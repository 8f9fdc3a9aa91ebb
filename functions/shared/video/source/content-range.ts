/** The range of an answer with status 206: first and last byte, from 0. */
export type ContentRange = {
	first: number;
	last: number;
	/** Size of the whole file; null if the server doesn't report it. */
	total: number | null;
};

/** Reads a `Content-Range` header (RFC 9110, 14.4); undefined if it is no byte range. */
export function parseContentRange(header: string | null): ContentRange | undefined {
	const found = /^bytes\s+(\d+)-(\d+)\/(\d+|\*)$/i.exec(header?.trim() ?? '');
	if (!found) return undefined;
	const [first, last] = [Number(found[1]), Number(found[2])];
	const total = found[3] === '*' ? null : Number(found[3]);
	return last < first || (total !== null && last >= total) ? undefined : { first, last, total };
}
