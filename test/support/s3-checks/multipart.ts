import { createHash, randomBytes } from 'node:crypto';
import {
	AbortMultipartUploadCommand,
	type CompletedPart,
	CompleteMultipartUploadCommand,
	CreateMultipartUploadCommand,
	type CreateMultipartUploadCommandInput,
	GetObjectCommand,
	HeadObjectCommand,
	UploadPartCommand,
} from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Check, refusal } from '../check.ts';
import type { S3Context } from '../s3-context.ts';

const large = randomBytes(5 * 1024 * 1024);
const small = randomBytes(1000);

type Begin = Omit<CreateMultipartUploadCommandInput, 'Bucket'>;

/** Begins an upload and sends its parts, numbered from 1. */
async function upload({ client, bucket }: S3Context, begin: Begin, bodies: readonly Buffer[]) {
	const { UploadId } = await client.send(new CreateMultipartUploadCommand({ ...begin, Bucket: bucket }));
	const target = { Bucket: bucket, Key: begin.Key, UploadId };
	const parts = [];
	for (const [i, Body] of bodies.entries()) {
		const number = { PartNumber: i + 1 };
		const { ETag, ChecksumCRC32 } = await client.send(
			new UploadPartCommand({ ...target, ...number, Body, ChecksumAlgorithm: begin.ChecksumAlgorithm }),
		);
		parts.push({ ...number, ETag, ...(ChecksumCRC32 && { ChecksumCRC32 }) });
	}
	return { target, parts };
}

export const multipartChecks: readonly Check<S3Context>[] = [
	{
		name: 'parts become one object with the ETag of its parts',
		run: async context => {
			const { client } = context;
			const begin = { Key: 'multi/plain', ContentType: 'video/mp4', ChecksumAlgorithm: 'CRC32' } as const;
			const { target, parts } = await upload(context, begin, [large, small]);
			const object = { Bucket: target.Bucket, Key: target.Key };
			expect(await refusal(client.send(new HeadObjectCommand(object)))).toMatchObject({ name: 'NotFound' });
			const done = await client.send(
				new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: parts } }),
			);
			const md5s = Buffer.concat([large, small].map(body => createHash('md5').update(body).digest()));
			expect(done.ETag).toBe(`"${createHash('md5').update(md5s).digest('hex')}-2"`);
			const got = await client.send(new GetObjectCommand(object));
			expect(got).toMatchObject({ ETag: done.ETag, ContentType: 'video/mp4' });
			expect(Buffer.concat([large, small]).equals((await got.Body?.transformToByteArray()) ?? Buffer.of())).toBe(true);
		},
	},
	{
		name: 'a part sent again replaces the first, and parts may be left out',
		run: async context => {
			const { target, parts } = await upload(context, { Key: 'multi/again' }, [small, large, small]);
			const again = await context.client.send(new UploadPartCommand({ ...target, PartNumber: 3, Body: 'other' }));
			const Parts = [...parts.slice(1, 2), { PartNumber: 3, ETag: again.ETag }];
			await context.client.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } }));
			const head = await context.client.send(new HeadObjectCommand({ Bucket: target.Bucket, Key: target.Key }));
			expect(head.ContentLength).toBe(large.length + 5);
		},
	},
	{
		name: 'an aborted upload is gone',
		run: async context => {
			const { target, parts } = await upload(context, { Key: 'multi/aborted' }, [small]);
			await context.client.send(new AbortMultipartUploadCommand(target));
			const complete = new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: parts } });
			expect(await refusal(context.client.send(complete))).toMatchObject({ name: 'NoSuchUpload' });
		},
	},
	{
		name: 'an aborted upload takes no more parts',
		run: async context => {
			const { target } = await upload(context, { Key: 'multi/ended' }, [small]);
			await context.client.send(new AbortMultipartUploadCommand(target));
			const part = new UploadPartCommand({ ...target, PartNumber: 2, Body: 'x' });
			expect(await refusal(context.client.send(part))).toMatchObject({ name: 'NoSuchUpload' });
		},
	},
	{
		name: 'unknown and unordered parts are refused',
		run: async context => {
			const { target, parts } = await upload(context, { Key: 'multi/bad' }, [large, large]);
			const complete = (Parts: CompletedPart[]) =>
				refusal(context.client.send(new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts } })));
			expect(await complete([{ PartNumber: 1, ETag: '"00000000000000000000000000000000"' }])).toMatchObject({
				name: 'InvalidPart',
			});
			expect(await complete([{ PartNumber: 7, ETag: parts[0]?.ETag }])).toMatchObject({ name: 'InvalidPart' });
			const otherSum = { PartNumber: 1, ETag: parts[0]?.ETag, ChecksumCRC32: 'AAAAAA==' };
			expect(await complete([otherSum])).toMatchObject({ name: 'InvalidPart' });
			expect(await complete([...parts].reverse())).toMatchObject({ name: 'InvalidPartOrder' });
		},
	},
	{
		name: 'every part but the last has 5 MiB',
		run: async context => {
			const { target, parts } = await upload(context, { Key: 'multi/small' }, [small, small]);
			const complete = new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: parts } });
			expect(await refusal(context.client.send(complete))).toMatchObject({ name: 'EntityTooSmall' });
		},
	},
];
