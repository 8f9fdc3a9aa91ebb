import { createHash, randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
	ChecksumAlgorithm,
	CopyObjectCommand,
	DeleteObjectCommand,
	DeleteObjectsCommand,
	GetObjectCommand,
	HeadObjectCommand,
	ListObjectsV2Command,
	PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Check, refusal } from '../check.ts';
import type { S3Context } from '../s3-context.ts';

const strangeKeys = [
	'strange/trailing/',
	'strange/a b+c%20d&e=f?g#h',
	'strange/\'quotes" <xml> & (more)*!~',
	'strange/žluťoučký 帧 🎞',
	`strange/${'long'.repeat(240)}`,
];
const pathLikeKeys = ['paths/../up', 'paths//double', 'paths/./dot', '../../up', '..', '.', '/rooted'];

async function text({ client, bucket }: S3Context, Key: string): Promise<string> {
	const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
	return Body?.transformToString() ?? '';
}

export const objectChecks: readonly Check<S3Context>[] = [
	{
		name: 'put, get and head agree on bytes, ETag, type, metadata and time',
		run: async ({ client, bucket }) => {
			const object = { Bucket: bucket, Key: 'plain' };
			const before = Math.floor(Date.now() / 1000) * 1000;
			const headers = { ContentType: 'text/x-frame', CacheControl: 'no-store', ContentEncoding: 'identity' };
			const put = await client.send(
				new PutObjectCommand({ ...object, ...headers, Body: 'hello', Metadata: { frame: '12', Mixed: 'Case' } }),
			);
			const etag = `"${createHash('md5').update('hello').digest('hex')}"`;
			expect(put.ETag).toBe(etag);
			const get = await client.send(new GetObjectCommand(object));
			expect(await get.Body?.transformToString()).toBe('hello');
			const head = await client.send(new HeadObjectCommand(object));
			for (const answer of [get, head]) {
				expect(answer).toMatchObject({ ...headers, ETag: etag, ContentLength: 5, AcceptRanges: 'bytes' });
				expect(answer.Metadata).toEqual({ frame: '12', mixed: 'Case' });
				expect(answer.LastModified?.getTime()).toBeGreaterThanOrEqual(before);
			}
		},
	},
	{
		name: 'an empty object is an object',
		run: async context => {
			await context.client.send(new PutObjectCommand({ Bucket: context.bucket, Key: 'empty', Body: '' }));
			expect(await text(context, 'empty')).toBe('');
		},
	},
	{
		name: 'a missing key is NoSuchKey, its head NotFound, a missing bucket NoSuchBucket',
		run: async ({ client, bucket }) => {
			const missing = { Bucket: bucket, Key: 'never-written' };
			expect(await refusal(client.send(new GetObjectCommand(missing)))).toMatchObject({ name: 'NoSuchKey' });
			expect(await refusal(client.send(new HeadObjectCommand(missing)))).toMatchObject({ name: 'NotFound' });
			const elsewhere = { Bucket: 'no-such-bucket-here', Key: 'k' };
			expect(await refusal(client.send(new GetObjectCommand(elsewhere)))).toMatchObject({ name: 'NoSuchBucket' });
			expect(await refusal(client.send(new PutObjectCommand({ ...elsewhere, Body: 'x' })))).toMatchObject({
				name: 'NoSuchBucket',
			});
		},
	},
	{
		name: 'delete removes an object and takes a missing one as done',
		run: async ({ client, bucket }) => {
			const object = { Bucket: bucket, Key: 'short-lived' };
			await client.send(new PutObjectCommand({ ...object, Body: 'x' }));
			for (const _ of [1, 2]) await client.send(new DeleteObjectCommand(object));
			expect(await refusal(client.send(new GetObjectCommand(object)))).toMatchObject({ name: 'NoSuchKey' });
		},
	},
	{
		name: 'DeleteObjects removes a thousand keys at once',
		run: async ({ client, bucket }) => {
			for (const name of ['a & b', 'c']) {
				await client.send(new PutObjectCommand({ Bucket: bucket, Key: `crowd/${name}`, Body: 'x' }));
			}
			const keys = ['a & b', 'c', ...Array.from({ length: 998 }, (_, i) => `<absent> & ${i}`)];
			const Objects = keys.map(name => ({ Key: `crowd/${name}` }));
			const { Deleted, Errors } = await client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects } }));
			expect(Errors ?? []).toEqual([]);
			expect(Deleted?.map(({ Key }) => Key)).toEqual(Objects.map(({ Key }) => Key));
			const left = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'crowd/' }));
			expect(left.KeyCount).toBe(0);
		},
	},
	{
		name: 'keys may hold any characters',
		run: async context => {
			const { client, bucket } = context;
			for (const Key of strangeKeys) await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key }));
			for (const Key of strangeKeys) expect(await text(context, Key)).toBe(Key);
			const list = { Bucket: bucket, Prefix: 'strange/', EncodingType: 'url' } as const;
			const { Contents } = await client.send(new ListObjectsV2Command(list));
			expect(Contents?.map(({ Key = '' }) => decodeURIComponent(Key.replaceAll('+', ' '))).sort()).toEqual(
				[...strangeKeys].sort(),
			);
		},
	},
	{
		name: 'a key may hold line breaks',
		run: async context => {
			const { client, bucket } = context;
			const Key = 'line\nbreak\ttab\r';
			await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }));
			expect(await text(context, Key)).toBe('x');
			const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'line\n' }));
			expect(Contents?.map(({ Key }) => Key)).toEqual([Key]);
		},
	},
	{
		name: 'a key that looks like a path is only a key',
		run: async context => {
			const { client, bucket } = context;
			for (const Key of pathLikeKeys) await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key }));
			for (const Key of pathLikeKeys) expect(await text(context, Key)).toBe(Key);
		},
	},
	{
		name: 'a key and a key beneath it are two objects',
		run: async context => {
			for (const Key of ['nest', 'nest/egg', 'nest/egg/yolk']) {
				await context.client.send(new PutObjectCommand({ Bucket: context.bucket, Key, Body: Key }));
			}
			for (const key of ['nest', 'nest/egg', 'nest/egg/yolk']) expect(await text(context, key)).toBe(key);
		},
	},
	{
		name: 'a streamed body is stored without its chunk framing',
		run: async ({ client, bucket }) => {
			const bytes = randomBytes(3_000_000);
			const Body = Readable.from(Array.from({ length: 30 }, (_, i) => bytes.subarray(i * 100_000, (i + 1) * 100_000)));
			const object = { Bucket: bucket, Key: 'streamed' };
			await client.send(new PutObjectCommand({ ...object, Body, ContentLength: bytes.length }));
			const got = await client.send(new GetObjectCommand({ ...object, ChecksumMode: 'ENABLED' }));
			expect(got.ChecksumCRC32).toBeDefined();
			expect(got.ContentEncoding ?? '').not.toContain('aws-chunked');
			expect(bytes.equals((await got.Body?.transformToByteArray()) ?? new Uint8Array())).toBe(true);
		},
	},
	{
		name: 'checksums are given back when asked for',
		run: async ({ client, bucket }) => {
			for (const algorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256'] as const) {
				const object = { Bucket: bucket, Key: `sum/${algorithm}` };
				const put = await client.send(new PutObjectCommand({ ...object, Body: 'x', ChecksumAlgorithm: algorithm }));
				const head = await client.send(new HeadObjectCommand({ ...object, ChecksumMode: 'ENABLED' }));
				expect(head[`Checksum${algorithm}`]).toBe(put[`Checksum${algorithm}`]);
				expect(head[`Checksum${algorithm}`]).toBeDefined();
			}
			const known = await client.send(
				new HeadObjectCommand({ Bucket: bucket, Key: 'sum/SHA256', ChecksumMode: 'ENABLED' }),
			);
			expect(known.ChecksumSHA256).toBe(createHash('sha256').update('x').digest('base64'));
		},
	},
	{
		name: 'a body that does not match its checksum is refused and not stored',
		run: async ({ client, bucket }) => {
			const object = { Bucket: bucket, Key: 'damaged', Body: 'x' };
			const wrong = [
				{ ChecksumAlgorithm: ChecksumAlgorithm.CRC32, ChecksumCRC32: 'AAAAAA==' },
				{ ChecksumAlgorithm: ChecksumAlgorithm.CRC32C, ChecksumCRC32C: 'AAAAAA==' },
				{ ChecksumAlgorithm: ChecksumAlgorithm.SHA1, ChecksumSHA1: createHash('sha1').update('y').digest('base64') },
				{
					ChecksumAlgorithm: ChecksumAlgorithm.SHA256,
					ChecksumSHA256: createHash('sha256').update('y').digest('base64'),
				},
				{ ContentMD5: createHash('md5').update('y').digest('base64') },
			];
			for (const sum of wrong) {
				const refused = await refusal(client.send(new PutObjectCommand({ ...object, ...sum })));
				expect(refused).toMatchObject({ name: 'BadDigest' });
			}
			expect(await refusal(client.send(new GetObjectCommand({ Bucket: bucket, Key: 'damaged' })))).toMatchObject({
				name: 'NoSuchKey',
			});
		},
	},
	{
		name: 'ranges: a-b, a-, -n, beyond the end, and 416',
		run: async ({ client, bucket }) => {
			const object = { Bucket: bucket, Key: 'ranged' };
			await client.send(new PutObjectCommand({ ...object, Body: '0123456789' }));
			const expected = {
				'bytes=2-4': '234',
				'bytes=7-': '789',
				'bytes=-3': '789',
				'bytes=8-99': '89',
				'bytes=-99': '0123456789',
			};
			for (const [Range, body] of Object.entries(expected)) {
				const got = await client.send(new GetObjectCommand({ ...object, Range }));
				expect(await got.Body?.transformToString()).toBe(body);
				const first = 10 - body.length - (Range === 'bytes=2-4' ? 5 : 0);
				expect(got.ContentRange).toBe(`bytes ${first}-${first + body.length - 1}/10`);
				expect(got.$metadata.httpStatusCode).toBe(206);
			}
			for (const Range of ['bytes=10-', 'bytes=-0']) {
				const refused = await refusal(client.send(new GetObjectCommand({ ...object, Range })));
				expect(refused).toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } });
			}
		},
	},
	{
		name: 'a range of a large object is exact',
		run: async ({ client, bucket }) => {
			const object = { Bucket: bucket, Key: 'large' };
			const bytes = randomBytes(8_000_001);
			await client.send(new PutObjectCommand({ ...object, Body: bytes }));
			const got = await client.send(new GetObjectCommand({ ...object, Range: 'bytes=1000001-7000003' }));
			expect(bytes.subarray(1_000_001, 7_000_004).equals((await got.Body?.transformToByteArray()) ?? Buffer.of())).toBe(
				true,
			);
		},
	},
	{
		name: 'CopyObject takes bytes and headers along, or replaces the headers',
		run: async context => {
			const { client, bucket } = context;
			const source = { Bucket: bucket, Key: 'copy/from ä+b' };
			await client.send(new PutObjectCommand({ ...source, Body: 'same', ContentType: 'text/a', Metadata: { n: '1' } }));
			const copy = { Bucket: bucket, CopySource: encodeURIComponent(`${bucket}/${source.Key}`) };
			const { CopyObjectResult } = await client.send(new CopyObjectCommand({ ...copy, Key: 'copy/to' }));
			expect(CopyObjectResult?.ETag).toBe(`"${createHash('md5').update('same').digest('hex')}"`);
			const same = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'copy/to' }));
			expect(same).toMatchObject({ ContentType: 'text/a', Metadata: { n: '1' } });
			await client.send(
				new CopyObjectCommand({ ...copy, Key: 'copy/new', MetadataDirective: 'REPLACE', ContentType: 'text/b' }),
			);
			const replaced = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'copy/new' }));
			expect(replaced).toMatchObject({ ContentType: 'text/b', Metadata: {} });
			expect(await text(context, 'copy/new')).toBe('same');
			const missing = new CopyObjectCommand({ Bucket: bucket, Key: 'copy/none', CopySource: `${bucket}/copy/absent` });
			expect(await refusal(client.send(missing))).toMatchObject({ name: 'NoSuchKey' });
		},
	},
];
