import { GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Check, refusal } from '../check.ts';
import { type S3Context, s3Client } from '../s3-context.ts';
import { presignedUrl } from '../signed-request.ts';

export const signingChecks: readonly Check<S3Context>[] = [
	{
		name: 'a presigned GET works, also with a range',
		run: async context => {
			await context.client.send(
				new PutObjectCommand({ Bucket: context.bucket, Key: 'presigned get', Body: '0123456789' }),
			);
			const path = `/${context.bucket}/presigned%20get`;
			const url = await presignedUrl(
				context,
				{ method: 'GET', path, query: { 'response-content-type': 'text/a+b' } },
				60,
			);
			const whole = await fetch(url);
			expect([whole.status, whole.headers.get('content-type'), await whole.text()]).toEqual([
				200,
				'text/a+b',
				'0123456789',
			]);
			const part = await fetch(url, { headers: { range: 'bytes=2-3' } });
			expect([part.status, await part.text()]).toEqual([206, '23']);
		},
	},
	{
		name: 'a presigned PUT works, and carries metadata in its query',
		run: async context => {
			const path = `/${context.bucket}/presigned-put`;
			const request = { method: 'PUT', path, headers: { 'x-amz-meta-from': 'url' } };
			const put = await fetch(await presignedUrl(context, request, 60), { method: 'PUT', body: 'sent' });
			expect(put.status).toBe(200);
			const got = await context.client.send(new GetObjectCommand({ Bucket: context.bucket, Key: 'presigned-put' }));
			expect(await got.Body?.transformToString()).toBe('sent');
			expect(got.Metadata).toEqual({ from: 'url' });
		},
	},
	{
		name: 'an expired presigned URL is refused',
		run: async context => {
			await context.client.send(new PutObjectCommand({ Bucket: context.bucket, Key: 'expired', Body: 'x' }));
			const request = { method: 'GET', path: `/${context.bucket}/expired` };
			const answer = await fetch(await presignedUrl(context, request, 60, new Date(Date.now() - 61_000)));
			expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('AccessDenied')]);
		},
	},
	{
		name: 'a presigned URL is good for nothing but what was signed',
		run: async context => {
			const url = await presignedUrl(context, { method: 'GET', path: `/${context.bucket}/plain` }, 60);
			expect((await fetch(url.replace('/plain', '/expired'))).status).toBe(403);
			expect((await fetch(url, { method: 'DELETE' })).status).toBe(403);
			expect((await fetch(`${url}&response-content-type=text%2Fhtml`)).status).toBe(403);
			expect((await fetch(url.replace('X-Amz-Expires=60', 'X-Amz-Expires=6000'))).status).toBe(403);
		},
	},
	{
		name: 'a wrong secret, an unknown key id and another region are refused',
		run: async context => {
			const { accessKeyId } = context.credentials;
			const put = (address: Partial<S3Context>) => {
				const client = s3Client({ ...context, ...address });
				return refusal(client.send(new PutObjectCommand({ Bucket: context.bucket, Key: 'forged', Body: 'x' })));
			};
			const wrongSecret = { credentials: { accessKeyId, secretAccessKey: 'wrong' } };
			expect(await put(wrongSecret)).toMatchObject({
				name: 'SignatureDoesNotMatch',
				$metadata: { httpStatusCode: 403 },
			});
			const unknown = { credentials: { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' } };
			expect(await put(unknown)).toMatchObject({ name: 'InvalidAccessKeyId', $metadata: { httpStatusCode: 403 } });
			expect(await put({ region: 'eu-north-1' })).toMatchObject({ name: 'AuthorizationHeaderMalformed' });
			const written = context.client.send(new HeadObjectCommand({ Bucket: context.bucket, Key: 'forged' }));
			expect(await refusal(written)).toMatchObject({ name: 'NotFound' });
		},
	},
	{
		name: 'an unsigned request is refused',
		run: async context => {
			const answer = await fetch(`${context.endpoint}/${context.bucket}/plain`);
			expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('AccessDenied')]);
		},
	},
	{
		name: 'a body other than the signed one is refused',
		run: async context => {
			const client = s3Client(context);
			client.middlewareStack.add(
				next => args => {
					(args.request as { body: string }).body = 'evil';
					return next(args);
				},
				{ step: 'finalizeRequest', priority: 'low' },
			);
			const put = new PutObjectCommand({ Bucket: context.bucket, Key: 'tampered', Body: 'good' });
			expect(await refusal(client.send(put))).toMatchObject({ name: 'XAmzContentSHA256Mismatch' });
		},
	},
];
