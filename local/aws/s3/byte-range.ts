import { S3Error } from './errors.ts';

/** Bytes of an object, both ends included. */
export type ByteRange = {
	readonly first: number;
	readonly last: number;
};

/**
 * Reads a `Range` header: `bytes=a-b`, `bytes=a-` or `bytes=-n`.
 *
 * @param size of the object, in bytes.
 * @returns undefined for all of it; as in S3, also when the header asks for several ranges or is no range at all.
 * @throws S3Error `InvalidRange` when none of the bytes asked for exist.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | undefined {
	const parts = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
	const [, from = '', to = ''] = parts ?? [];
	if (!parts || (from === '' && to === '')) return undefined;
	if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
	const first = from === '' ? Math.max(0, size - Number(to)) : Number(from);
	const last = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
	if (first > last)
		throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
			RangeRequested: header ?? '',
			ActualObjectSize: String(size),
		});
	return { first, last };
}
