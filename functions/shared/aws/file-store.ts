import { Readable } from 'node:stream';
import { GetObjectCommand, HeadObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { PermanentError } from '../errors.ts';
import type { ByteSource } from '../video/source/byte-source.ts';
import { isMissing } from './state-store.ts';

/** Large files in the state bucket: copies of video files, and manifests. */
export type FileStore = {
	/** Size of the copy in bytes; undefined when there is none. */
	size(key: string): Promise<number | undefined>;
	/** Copies a stream; the copy appears only when it is complete. */
	copy(key: string, bytes: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
	/** @throws PermanentError `not-found` when there is no copy */
	open(key: string): Promise<ByteSource>;
};

export function makeFileStore(s3: S3Client, Bucket: string): FileStore {
	const size = async (Key: string): Promise<number | undefined> => {
		try {
			return (await s3.send(new HeadObjectCommand({ Bucket, Key }))).ContentLength;
		} catch (error) {
			if (isMissing(error)) return undefined;
			throw error;
		}
	};
	const stream = async function* (Key: string, offset: number, length: number, signal?: AbortSignal) {
		if (length <= 0) return;
		const Range = `bytes=${offset}-${offset + length - 1}`;
		const options = signal ? { abortSignal: signal } : {};
		const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, Range }), options);
		yield* Body as AsyncIterable<Uint8Array>;
	};
	return {
		size,
		copy: async (Key, bytes, signal) => {
			const upload = new Upload({ client: s3, params: { Bucket, Key, Body: Readable.from(bytes) } });
			const stop = () => void upload.abort();
			signal.addEventListener('abort', stop, { once: true });
			try {
				await upload.done();
			} finally {
				signal.removeEventListener('abort', stop);
			}
		},
		open: async key => {
			const total = await size(key);
			if (total === undefined)
				throw new PermanentError(
					'not-found',
					`The copy ${key} of a video file no longer exists: retry the sampling to copy it again`,
				);
			const part = (offset: number, length: number, signal?: AbortSignal) =>
				stream(key, offset, Math.min(length, total - offset), signal);
			return {
				size: total,
				stream: part,
				read: async (offset, length) => {
					const pieces: Uint8Array[] = [];
					for await (const piece of part(offset, length)) pieces.push(piece);
					return Buffer.concat(pieces);
				},
			};
		},
	};
}
