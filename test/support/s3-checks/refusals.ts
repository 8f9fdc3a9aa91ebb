import {
	CreateBucketCommand,
	DeleteBucketCommand,
	DeleteObjectCommand,
	GetObjectCommand,
	HeadBucketCommand,
	ListBucketsCommand,
	PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Check, refusal } from '../check.ts';
import type { S3Context } from '../s3-context.ts';
import { signedFetch } from '../signed-request.ts';

export const refusalChecks: readonly Check<S3Context>[] = [
	{
		name: 'buckets: create, head, list, and delete only when empty',
		run: async ({ client }) => {
			const bucket = { Bucket: 'a-second-bucket' };
			expect(await refusal(client.send(new HeadBucketCommand(bucket)))).toMatchObject({ name: 'NotFound' });
			await client.send(new CreateBucketCommand(bucket));
			await client.send(new HeadBucketCommand(bucket));
			const { Buckets } = await client.send(new ListBucketsCommand());
			expect(Buckets?.map(({ Name }) => Name)).toContain(bucket.Bucket);
			const object = { ...bucket, Key: 'in the way' };
			await client.send(new PutObjectCommand({ ...object, Body: 'x' }));
			expect(await refusal(client.send(new DeleteBucketCommand(bucket)))).toMatchObject({ name: 'BucketNotEmpty' });
			await client.send(new DeleteObjectCommand(object));
			await client.send(new DeleteBucketCommand(bucket));
			expect(await refusal(client.send(new HeadBucketCommand(bucket)))).toMatchObject({ name: 'NotFound' });
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
		name: 'a header that asks for something unknown is 501',
		run: async ({ client, bucket }) => {
			const object = { Bucket: bucket, Key: 'asked-for-more', Body: 'x' };
			const extras = [{ ACL: 'public-read' }, { StorageClass: 'GLACIER' }, { Tagging: 'a=b' }] as const;
			for (const extra of extras) {
				const refused = await refusal(client.send(new PutObjectCommand({ ...object, ...extra })));
				expect(refused).toMatchObject({ name: 'NotImplemented', $metadata: { httpStatusCode: 501 } });
			}
		},
	},
];
