import { S3Error } from './errors.ts';

/** Bytes of an object, both ends included. */
export type ByteRange = {
	readonly first: number;
	readonly last: number;
};

/**
 * Reads a `Range` header: `bytes=a-b`.
 *
 * @param size of the object, in bytes.
 * @returns undefined for all of it.
 * @throws S3Error `InvalidRange` when none of the bytes asked for exist, `NotImplemented` for a range of another form.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | undefined {
	if (header === undefined) return undefined;
	const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(header) ?? [];
	if (from === undefined || Number(to) < Number(from))
		throw new S3Error('NotImplemented', `The range ${header} is not implemented by the local S3.`);
	const first = Number(from);
	if (first >= size)
		throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
			RangeRequested: header,
			ActualObjectSize: String(size),
		});
	return { first, last: Math.min(Number(to), size - 1) };
}
