import type { Readable } from 'node:stream';
import type { Caller } from '#local/aws/iam/callers.ts';
import { S3Error } from './errors.ts';
import type { Store } from './store.ts';

/** A request to S3 whose signature has been verified. */
export type S3Call = {
	readonly method: string;
	/** Empty for a request to the service itself. */
	readonly bucket: string;
	/** Empty for a request to a bucket. */
	readonly key: string;
	readonly query: ReadonlyMap<string, string>;
	/** Lower-case names. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: AsyncIterable<Buffer>;
	readonly region: string;
	readonly caller: Caller;
};

export type S3Answer = {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	/** A document, or the bytes of an object; the server leaves it out of the answer to a HEAD. */
	readonly body?: string | Buffer | Readable;
};

export type Operation = (call: S3Call, store: Store) => S3Answer | Promise<S3Answer>;

/**
 * A query parameter that is a whole number.
 *
 * @param unset its value when the query has none.
 * @throws S3Error `InvalidArgument`
 */
export function numberIn(query: ReadonlyMap<string, string>, name: string, unset: number): number {
	const text = query.get(name) ?? String(unset);
	if (!/^\d{1,9}$/.test(text)) throw new S3Error('InvalidArgument', `${name} must be a whole number.`);
	return Number(text);
}
