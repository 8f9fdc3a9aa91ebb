import {
	CopyObjectCommand,
	CreateBucketCommand,
	CreateMultipartUploadCommand,
	DeleteBucketCommand,
	DeleteObjectsCommand,
	GetObjectCommand,
	HeadBucketCommand,
	HeadObjectCommand,
	ListBucketsCommand,
	ListObjectsV2Command,
	ListPartsCommand,
	PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Check, refusal } from '../check.ts';
import type { S3Context } from '../s3-context.ts';
import { signedFetch } from '../signed-request.ts';

export const refusalChecks: readonly Check<S3Context>[] = [
	{
		name: 'buckets: create, head and list',
		run: async ({ client }) => {
			const bucket = { Bucket: 'a-second-bucket' };
			expect(await refusal(client.send(new HeadBucketCommand(bucket)))).toMatchObject({ name: 'NotFound' });
			await client.send(new CreateBucketCommand(bucket));
			await client.send(new HeadBucketCommand(bucket));
			const { Buckets } = await client.send(new ListBucketsCommand());
			expect(Buckets?.map(({ Name }) => Name)).toContain(bucket.Bucket);
		},
	},
	{
		name: 'a bucket needs a valid name',
		run: async ({ client }) => {
			for (const Bucket of ['Upper', 'a_b', 'xy', 'dots..dots'])
				expect(await refusal(client.send(new CreateBucketCommand({ Bucket })))).toMatchObject({
					name: 'InvalidBucketName',
				});
		},
	},
	{
		name: 'a key longer than 1024 bytes is refused',
		run: async ({ client, bucket }) => {
			const put = new PutObjectCommand({ Bucket: bucket, Key: 'é'.repeat(513), Body: 'x' });
			expect(await refusal(client.send(put))).toMatchObject({ name: 'KeyTooLongError' });
		},
	},
	{
		name: 'unknown sub-resources are 501 and never touch the object',
		run: async context => {
			const object = { Bucket: context.bucket, Key: 'guarded' };
			await context.client.send(new PutObjectCommand({ ...object, Body: 'whole' }));
			const on = (path: string, names: string[]) => names.map(name => ({ path, query: { [name]: '' } }));
			const unknown = [
				...on(`/${context.bucket}/guarded`, ['tagging', 'acl', 'retention', 'legal-hold', 'versionId', 'nonsense']),
				...on(`/${context.bucket}`, ['versioning', 'lifecycle', 'policy', 'cors', 'nonsense']),
			];
			for (const target of unknown)
				for (const method of ['PUT', 'GET', 'DELETE', 'POST']) {
					const body = method === 'PUT' || method === 'POST' ? { body: '<Overwritten/>' } : {};
					const answer = await signedFetch(context, 's3', { method, ...target, ...body });
					const said = `${method} ${target.path} ${Object.keys(target.query)} ${answer.status} ${await answer.text()}`;
					expect(said).toMatch(/ 501 .*NotImplemented/s);
				}
			const { Body } = await context.client.send(new GetObjectCommand(object));
			expect(await Body?.transformToString()).toBe('whole');
		},
	},
	{
		name: 'what the functions never ask for is 501, by its name',
		run: async context => {
			const { client, bucket } = context;
			const object = { Bucket: bucket, Key: 'asked-for-more' };
			const put = { ...object, Body: 'x' };
			const { ETag } = await client.send(new PutObjectCommand(put));
			const refused: [() => Promise<unknown>, string][] = [
				[() => client.send(new PutObjectCommand({ ...put, ACL: 'public-read' })), 'x-amz-acl'],
				[() => client.send(new PutObjectCommand({ ...put, StorageClass: 'GLACIER' })), 'x-amz-storage-class'],
				[() => client.send(new PutObjectCommand({ ...put, Tagging: 'a=b' })), 'x-amz-tagging'],
				[() => client.send(new PutObjectCommand({ ...put, Metadata: { a: 'b' } })), 'x-amz-meta-a'],
				[() => client.send(new PutObjectCommand({ ...put, ContentEncoding: 'gzip' })), 'content-encoding'],
				[() => client.send(new PutObjectCommand({ ...put, ContentMD5: 'nU4eI71bcnBGqeO0t9tXvA==' })), 'content-md5'],
				[() => client.send(new PutObjectCommand({ ...put, ChecksumAlgorithm: 'SHA256' })), 'x-amz-checksum-sha256'],
				[() => client.send(new CreateMultipartUploadCommand({ ...object, ChecksumAlgorithm: 'SHA256' })), 'SHA256'],
				[() => client.send(new PutObjectCommand({ ...put, IfNoneMatch: '"an etag"' })), 'If-None-Match'],
				[() => client.send(new GetObjectCommand({ ...object, IfMatch: ETag })), 'if-match'],
				[() => client.send(new GetObjectCommand({ ...object, IfNoneMatch: ETag })), 'if-none-match'],
				[() => client.send(new GetObjectCommand({ ...object, IfModifiedSince: new Date() })), 'if-modified-since'],
				[() => client.send(new GetObjectCommand({ ...object, IfUnmodifiedSince: new Date() })), 'if-unmodified-since'],
				[() => client.send(new GetObjectCommand({ ...object, Range: 'bytes=-3' })), 'bytes=-3'],
				[
					() => client.send(new GetObjectCommand({ ...object, ResponseContentType: 'text/a' })),
					'response-content-type',
				],
				[() => client.send(new CopyObjectCommand({ ...object, CopySource: `${bucket}/plain` })), 'x-amz-copy-source'],
				[() => client.send(new ListPartsCommand({ ...object, UploadId: 'any' })), 'uploadId'],
				[() => client.send(new ListObjectsV2Command({ Bucket: bucket, Delimiter: '/' })), 'delimiter'],
				[() => client.send(new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: [object] } })), 'delete'],
				[() => client.send(new DeleteBucketCommand({ Bucket: bucket })), 'DELETE of a bucket'],
			];
			for (const [request, name] of refused) {
				const { message, $metadata } = await refusal(request());
				expect([$metadata.httpStatusCode, message]).toEqual([501, expect.stringContaining(name)]);
			}
			expect((await client.send(new HeadObjectCommand(object))).ETag).toBe(ETag);
		},
	},
];
