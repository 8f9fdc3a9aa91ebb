import { AccessDenied } from '#local/aws/iam/callers.ts';
import type { S3Call } from './call.ts';
import { S3Error } from './errors.ts';

/**
 * Checks that the caller may do what it asks for.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 * @param action of the operation, such as `s3:PutObject`
 * @throws AccessDenied
 */
export function authorize(call: S3Call, action: string): void {
	const { bucket, key, query, headers, caller } = call;
	const prefix = query.get('prefix');
	const keys = action === 's3:ListBucket' && prefix !== undefined ? { 's3:prefix': prefix } : {};
	const resource = bucket === '' ? '*' : key === '' ? bucketArn(bucket) : objectArn(call);
	caller.authorize({ action, resource, keys });
	// Whoever compares a document with what is stored learns about what is stored.
	if (headers['if-match'] !== undefined) caller.authorize({ action: 's3:GetObject', resource });
}

/** A refusal as the caller may see it: only callers who may list the bucket learn that an object is missing. */
export function hidden(error: unknown, { bucket, caller }: S3Call): unknown {
	if (!(error instanceof S3Error) || error.code !== 'NoSuchKey') return error;
	try {
		caller.authorize({ action: 's3:ListBucket', resource: bucketArn(bucket) });
		return error;
	} catch (denied) {
		return denied instanceof AccessDenied ? denied : error;
	}
}

function bucketArn(bucket: string): string {
	return `arn:aws:s3:::${bucket}`;
}

function objectArn({ bucket, key }: S3Call): string {
	return `${bucketArn(bucket)}/${key}`;
}
