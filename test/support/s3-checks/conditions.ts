import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Check, refusal } from '../check.ts';
import { type S3Context, s3Client } from '../s3-context.ts';

const noMatch = { name: 'PreconditionFailed', $metadata: { httpStatusCode: 412 } };

export const conditionChecks: readonly Check<S3Context>[] = [
	{
		name: 'PUT with If-None-Match: * creates once',
		run: async ({ client, bucket }) => {
			const object = { Bucket: bucket, Key: 'condition/once', IfNoneMatch: '*' };
			await client.send(new PutObjectCommand({ ...object, Body: 'first' }));
			expect(await refusal(client.send(new PutObjectCommand({ ...object, Body: 'second' })))).toMatchObject(noMatch);
			const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'condition/once' }));
			expect(await Body?.transformToString()).toBe('first');
		},
	},
	{
		name: '20 writers race with If-None-Match: * and one wins, 40 times',
		run: async ({ client, bucket }) => {
			for (let round = 0; round < 40; round++) {
				const Key = `condition/race/${round}`;
				const put = (writer: number) =>
					client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: `writer ${writer}`, IfNoneMatch: '*' }));
				const results = await Promise.allSettled(Array.from({ length: 20 }, (_, writer) => put(writer)));
				const winners = results.flatMap(({ status }, writer) => (status === 'fulfilled' ? [writer] : []));
				expect(winners).toHaveLength(1);
				for (const result of results) if (result.status === 'rejected') expect(result.reason).toMatchObject(noMatch);
				const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }));
				expect(await Body?.transformToString()).toBe(`writer ${winners[0]}`);
			}
		},
	},
	{
		name: 'PUT with If-Match replaces only the object it names',
		run: async ({ client, bucket }) => {
			const object = { Bucket: bucket, Key: 'condition/replace' };
			const absent = client.send(new PutObjectCommand({ ...object, Body: 'x', IfMatch: '"any"' }));
			expect((await refusal(absent)).$metadata.httpStatusCode).toBe(404);
			const { ETag } = await client.send(new PutObjectCommand({ ...object, Body: '1' }));
			await client.send(new PutObjectCommand({ ...object, Body: '2', IfMatch: ETag }));
			const stale = client.send(new PutObjectCommand({ ...object, Body: '3', IfMatch: ETag }));
			expect(await refusal(stale)).toMatchObject(noMatch);
		},
	},
	{
		name: '8 clients of 15 compare-and-swap increments each count to 120',
		run: async context => {
			const object = { Bucket: context.bucket, Key: 'condition/counter' };
			await context.client.send(new PutObjectCommand({ ...object, Body: '0' }));
			const increment = async (client: S3Context['client']): Promise<void> => {
				const { Body, ETag } = await client.send(new GetObjectCommand(object));
				const next = String(Number(await Body?.transformToString()) + 1);
				try {
					await client.send(new PutObjectCommand({ ...object, Body: next, IfMatch: ETag }));
				} catch (error) {
					expect(error).toMatchObject(noMatch);
					await increment(client);
				}
			};
			const work = async () => {
				const client = s3Client(context);
				for (let i = 0; i < 15; i++) await increment(client);
				client.destroy();
			};
			await Promise.all(Array.from({ length: 8 }, work));
			const { Body } = await context.client.send(new GetObjectCommand(object));
			expect(await Body?.transformToString()).toBe('120');
		},
	},
];
