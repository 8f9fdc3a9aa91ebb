import { HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';
import { type Check, refusal } from '../check.ts';
import { type S3Context, s3Client } from '../s3-context.ts';

export const signingChecks: readonly Check<S3Context>[] = [
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
