import { Readable } from 'node:stream';
import {
	DeleteObjectCommand,
	GetObjectCommand,
	HeadObjectCommand,
	ListObjectsV2Command,
	PutObjectCommand,
	paginateListObjectsV2,
	type S3Client,
	S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

/** Documents in the state bucket. JSON in, JSON out; who reads one parses it. */
export type StateStore = {
	/** The document, or undefined when there is none. */
	read(key: string): Promise<{ value: unknown; etag: string } | undefined>;
	exists(key: string): Promise<boolean>;
	write(key: string, value: unknown): Promise<void>;
	/** Writes JSON that comes piece by piece, for a document that memory would not bear; nothing is there before all is. */
	writeText(key: string, pieces: AsyncIterable<string>): Promise<void>;
	/** Writes only where nothing is yet; false when something is, which is an answer and not an error. */
	create(key: string, value: unknown): Promise<boolean>;
	/** Writes only over the very version with this tag; false when it has changed meanwhile. */
	replace(key: string, value: unknown, etag: string): Promise<boolean>;
	remove(key: string): Promise<void>;
	/** Keys that begin so, in order. */
	list(prefix: string): AsyncIterable<string>;
	/** The first few of them that come after a key; all from the first on without one. */
	page(prefix: string, after: string | undefined, most: number): Promise<{ keys: string[]; more: boolean }>;
};

/** Not every S3 names what is missing as AWS does; a bucket that is missing is another matter. */
export const isMissing = (error: unknown) =>
	error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== 'NoSuchBucket';

/** 412: the condition doesn't hold. 409: another conditional write was under way, so this one has to ask again. */
const conditionFails = (error: unknown): 'fails' | 'ask-again' | undefined => {
	if (!(error instanceof S3ServiceException)) return undefined;
	const status = error.$metadata.httpStatusCode;
	return status === 412 ? 'fails' : status === 409 ? 'ask-again' : undefined;
};

const pause = (attempt: number) =>
	new Promise(resolve => setTimeout(resolve, 50 * 2 ** attempt * (0.5 + Math.random())));

export const makeStateStore = (s3: S3Client, Bucket: string): StateStore => {
	const put = (Key: string, value: unknown, condition: { IfNoneMatch?: string; IfMatch?: string }) =>
		s3.send(
			new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(value), ContentType: 'application/json', ...condition }),
		);
	const putIf = async (key: string, value: unknown, condition: { IfNoneMatch?: string; IfMatch?: string }) => {
		for (let attempt = 0; ; attempt++) {
			try {
				await put(key, value, condition);
				return true;
			} catch (error) {
				const outcome = conditionFails(error);
				if (outcome === 'fails' || (condition.IfMatch && isMissing(error))) return false;
				if (outcome !== 'ask-again' || attempt === 5) throw error;
				await pause(attempt);
			}
		}
	};
	return {
		read: async Key => {
			for (let attempt = 0; ; attempt++) {
				try {
					const found = await s3.send(new GetObjectCommand({ Bucket, Key }));
					const text = (await found.Body?.transformToString('utf8')) ?? '';
					return { value: JSON.parse(text) as unknown, etag: found.ETag ?? '' };
				} catch (error) {
					if (isMissing(error)) return undefined;
					// The client asks again for what is refused, not for a body that breaks off.
					if (error instanceof S3ServiceException || attempt === 3) throw error;
					await pause(attempt);
				}
			}
		},
		exists: async Key => {
			try {
				await s3.send(new HeadObjectCommand({ Bucket, Key }));
				return true;
			} catch (error) {
				if (isMissing(error)) return false;
				throw error;
			}
		},
		write: async (key, value) => {
			await put(key, value, {});
		},
		writeText: async (Key, pieces) => {
			const params = { Bucket, Key, Body: Readable.from(pieces), ContentType: 'application/json' };
			await new Upload({ client: s3, params }).done();
		},
		create: (key, value) => putIf(key, value, { IfNoneMatch: '*' }),
		replace: (key, value, etag) => putIf(key, value, { IfMatch: etag }),
		remove: async Key => {
			await s3.send(new DeleteObjectCommand({ Bucket, Key }));
		},
		list: async function* (Prefix) {
			for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix })) {
				for (const { Key } of page.Contents ?? []) if (Key) yield Key;
			}
		},
		page: async (Prefix, StartAfter, MaxKeys) => {
			const found = await s3.send(new ListObjectsV2Command({ Bucket, Prefix, StartAfter, MaxKeys }));
			const keys = (found.Contents ?? []).flatMap(({ Key }) => (Key ? [Key] : []));
			return { keys, more: found.IsTruncated === true };
		},
	};
};
