/** The part of a file that an answer with status 206 holds: its first and last byte, from 0. */
export type ContentRange = {
	first: number;
	last: number;
	/** Bytes of the whole file; null where the server doesn't tell. */
	total: number | null;
};

/** Reads a `Content-Range` header (RFC 9110, 14.4); undefined for anything that names no range of bytes. */
export const parseContentRange = (header: string | null): ContentRange | undefined => {
	const found = /^bytes\s+(\d+)-(\d+)\/(\d+|\*)$/i.exec(header?.trim() ?? '');
	if (!found) return undefined;
	const [first, last] = [Number(found[1]), Number(found[2])];
	const total = found[3] === '*' ? null : Number(found[3]);
	return last < first || (total !== null && last >= total) ? undefined : { first, last, total };
};
