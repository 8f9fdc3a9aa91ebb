import type { Readable } from 'node:stream';
import type { Store } from './store.ts';

/** One request to S3, its signature found good. */
export interface S3Call {
	readonly method: string;
	/** Empty for a request to the service itself. */
	readonly bucket: string;
	/** Empty for a request to a bucket. */
	readonly key: string;
	readonly query: ReadonlyMap<string, string>;
	/** Lower-case names; those a presigned URL carries in its query are among them. */
	readonly headers: Readonly<Record<string, string>>;
	readonly body: AsyncIterable<Buffer>;
	readonly region: string;
}

export interface S3Answer {
	readonly status: number;
	readonly headers?: Readonly<Record<string, string>>;
	/** A document, or the bytes of an object; node leaves it out of the answer to a HEAD. */
	readonly body?: string | Buffer | Readable;
}

export type Operation = (call: S3Call, store: Store) => S3Answer | Promise<S3Answer>;
