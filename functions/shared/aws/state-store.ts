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
import { retrying } from '../retrying.ts';
import type { StateStore } from '../state-store.ts';

/** Whether an object is missing. Told by status, since not every S3 has AWS's error names; not for a missing bucket. */
export function isMissing(error: unknown) {
	return error instanceof S3ServiceException && error.$metadata.httpStatusCode === 404 && error.name !== 'NoSuchBucket';
}

/** 412: the condition is not met. 409: another conditional write was in progress, so this one must be repeated. */
const conditionFails = (error: unknown): 'fails' | 'repeat' | undefined => {
	if (!(error instanceof S3ServiceException)) return undefined;
	const status = error.$metadata.httpStatusCode;
	return status === 412 ? 'fails' : status === 409 ? 'repeat' : undefined;
};

export function makeStateStore(s3: S3Client, Bucket: string): StateStore {
	const put = (Key: string, value: unknown, condition: { IfNoneMatch?: string; IfMatch?: string }) =>
		s3.send(
			new PutObjectCommand({ Bucket, Key, Body: JSON.stringify(value), ContentType: 'application/json', ...condition }),
		);
	const putIf = async (key: string, value: unknown, condition: { IfNoneMatch?: string; IfMatch?: string }) => {
		const once = async () => {
			try {
				await put(key, value, condition);
				return true;
			} catch (error) {
				if (conditionFails(error) === 'fails' || (condition.IfMatch && isMissing(error))) return false;
				throw error;
			}
		};
		return retrying(once, { retries: 5, minTimeout: 50, isLast: error => conditionFails(error) !== 'repeat' });
	};
	return {
		read: Key => {
			const once = async () => {
				try {
					const found = await s3.send(new GetObjectCommand({ Bucket, Key }));
					const text = (await found.Body?.transformToString('utf8')) ?? '';
					return { value: JSON.parse(text) as unknown, etag: found.ETag ?? '' };
				} catch (error) {
					if (isMissing(error)) return undefined;
					throw error;
				}
			};
			// The SDK client retries failed requests, but not a body that ends early.
			return retrying(once, { retries: 3, minTimeout: 50, isLast: error => error instanceof S3ServiceException });
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
}
