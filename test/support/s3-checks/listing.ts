import { ListObjectsV2Command, type ListObjectsV2CommandInput, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import type { Check } from '../check.ts';
import type { S3Context } from '../s3-context.ts';

type Input = Omit<ListObjectsV2CommandInput, 'Bucket'>;

async function fill({ client, bucket }: S3Context, keys: readonly string[]): Promise<void> {
	await Promise.all(keys.map(Key => client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'x' }))));
}

/** Keys of every page. */
async function pages({ client, bucket }: S3Context, input: Input): Promise<string[][]> {
	const found: string[][] = [];
	let token: string | undefined;
	do {
		const page = await client.send(
			new ListObjectsV2Command({ ...input, Bucket: bucket, ...(token && { ContinuationToken: token }) }),
		);
		const keys = (page.Contents ?? []).map(({ Key = '' }) => Key);
		expect(page.KeyCount).toBe(keys.length);
		found.push(keys);
		token = page.NextContinuationToken;
		expect(page.IsTruncated).toBe(token !== undefined);
	} while (token);
	return found;
}

export const listingChecks: readonly Check<S3Context>[] = [
	{
		name: 'a listing has a prefix, is sorted by UTF-8 bytes and paged',
		run: async context => {
			const names = ['a', 'a!', 'a/b', 'aa', 'b', 'z', 'é', '\uffee', '🎞'].map(name => `list/${name}`);
			await fill(context, [...names].reverse());
			await fill(context, ['lisa', 'list0']);
			expect(await pages(context, { Prefix: 'list/', MaxKeys: 4 })).toEqual([
				names.slice(0, 4),
				names.slice(4, 8),
				names.slice(8),
			]);
			expect(await pages(context, { Prefix: 'list/', MaxKeys: 3 })).toHaveLength(3);
			expect(await pages(context, { Prefix: 'nothing/' })).toEqual([[]]);
		},
	},
	{
		name: 'StartAfter begins behind a key',
		run: async context => {
			await fill(context, ['after/1', 'after/2', 'after/3']);
			expect(await pages(context, { Prefix: 'after/', StartAfter: 'after/1' })).toEqual([['after/2', 'after/3']]);
			expect(await pages(context, { Prefix: 'after/', StartAfter: 'after/15', MaxKeys: 1 })).toEqual([
				['after/2'],
				['after/3'],
			]);
			expect(await pages(context, { Prefix: 'after/', StartAfter: 'after/3' })).toEqual([[]]);
		},
	},
	{
		name: 'a listing tells size, ETag and time',
		run: async ({ client, bucket }) => {
			const { ETag } = await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'listed', Body: 'four' }));
			const { Contents } = await client.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: 'listed' }));
			expect(Contents).toMatchObject([{ Key: 'listed', Size: 4, ETag, LastModified: expect.any(Date) }]);
		},
	},
];
