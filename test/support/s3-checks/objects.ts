import { createHash, randomBytes } from 'node:crypto';
import {
	DeleteObjectCommand,
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
		name: 'put, get and head agree on bytes, ETag, type and time',
		run: async ({ client, bucket }) => {
			const object = { Bucket: bucket, Key: 'plain' };
			const before = Math.floor(Date.now() / 1000) * 1000;
			const type = { ContentType: 'text/x-frame' };
			const put = await client.send(new PutObjectCommand({ ...object, ...type, Body: 'hello' }));
			const etag = `"${createHash('md5').update('hello').digest('hex')}"`;
			expect(put.ETag).toBe(etag);
			const get = await client.send(new GetObjectCommand(object));
			expect(await get.Body?.transformToString()).toBe('hello');
			const head = await client.send(new HeadObjectCommand(object));
			for (const answer of [get, head]) {
				expect(answer).toMatchObject({ ...type, ETag: etag, ContentLength: 5, AcceptRanges: 'bytes' });
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
		name: 'keys may hold any characters',
		run: async context => {
			const { client, bucket } = context;
			for (const Key of strangeKeys) await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key }));
			for (const Key of strangeKeys) expect(await text(context, Key)).toBe(Key);
			const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'strange/' }));
			expect(Contents?.map(({ Key = '' }) => Key).sort()).toEqual([...strangeKeys].sort());
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
		name: 'a checksum is given back when asked for',
		run: async ({ client, bucket }) => {
			const object = { Bucket: bucket, Key: 'summed' };
			const put = await client.send(new PutObjectCommand({ ...object, Body: 'x' }));
			const head = await client.send(new HeadObjectCommand({ ...object, ChecksumMode: 'ENABLED' }));
			expect([put.ChecksumCRC32, head.ChecksumCRC32]).toEqual(['jNwWgw==', 'jNwWgw==']);
		},
	},
	{
		name: 'a body that does not match its checksum is refused and not stored',
		run: async ({ client, bucket }) => {
			const object = { Bucket: bucket, Key: 'damaged' };
			const put = new PutObjectCommand({ ...object, Body: 'x', ChecksumCRC32: 'AAAAAA==' });
			expect(await refusal(client.send(put))).toMatchObject({ name: 'BadDigest' });
			expect(await refusal(client.send(new GetObjectCommand(object)))).toMatchObject({ name: 'NoSuchKey' });
		},
	},
	{
		name: 'ranges: inside, beyond the end, and 416',
		run: async ({ client, bucket }) => {
			const object = { Bucket: bucket, Key: 'ranged' };
			await client.send(new PutObjectCommand({ ...object, Body: '0123456789' }));
			const expected = { 'bytes=2-4': ['234', 'bytes 2-4/10'], 'bytes=8-99': ['89', 'bytes 8-9/10'] };
			for (const [Range, [body, where]] of Object.entries(expected)) {
				const got = await client.send(new GetObjectCommand({ ...object, Range }));
				expect(await got.Body?.transformToString()).toBe(body);
				expect(got).toMatchObject({ ContentRange: where, $metadata: { httpStatusCode: 206 } });
			}
			const refused = await refusal(client.send(new GetObjectCommand({ ...object, Range: 'bytes=10-11' })));
			expect(refused).toMatchObject({ name: 'InvalidRange', $metadata: { httpStatusCode: 416 } });
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
];
