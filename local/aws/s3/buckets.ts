import type { Operation } from './call.ts';
import { S3Error } from './errors.ts';
import type { Elements } from './xml.ts';
import { xmlAnswer } from './xml.ts';

export const listBuckets: Operation = (_, store) => {
	const buckets = store.buckets().map(({ name, created }): readonly ['Bucket', Elements] => [
		'Bucket',
		[
			['Name', name],
			['CreationDate', new Date(created).toISOString()],
		],
	]);
	return xmlAnswer('ListAllMyBucketsResult', [
		['Owner', [['ID', 'local']]],
		['Buckets', buckets],
	]);
};

export const createBucket: Operation = (call, store) => {
	if (!store.hasBucket(call.bucket)) store.createBucket(call.bucket);
	// Only us-east-1 accepts it when the owner of a bucket creates it again.
	else if (call.region !== 'us-east-1')
		throw new S3Error('BucketAlreadyOwnedByYou', 'Your previous request to create the named bucket succeeded.', {
			BucketName: call.bucket,
		});
	return { status: 200, headers: { location: `/${call.bucket}` } };
};

export const headBucket: Operation = (call, store) => {
	store.bucket(call.bucket);
	return { status: 200, headers: { 'x-amz-bucket-region': call.region } };
};
