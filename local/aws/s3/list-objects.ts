import type { Listed } from './bucket.ts';
import { numberIn, type Operation } from './call.ts';
import { S3Error } from './errors.ts';
import { listPage } from './listing.ts';
import { type Elements, xmlAnswer } from './xml.ts';

const largestPage = 1000;

/** One page of a bucket's keys (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html). */
export const listObjectsV2: Operation = (call, store) => {
	const { query } = call;
	if (query.get('list-type') !== '2') throw new S3Error('NotImplemented', 'Only list-type=2 is implemented.');
	const prefix = query.get('prefix') ?? '';
	const token = query.get('continuation-token');
	const startAfter = query.get('start-after');
	const limit = Math.min(largestPage, numberIn(query, 'max-keys', largestPage));
	const after = token === undefined ? startAfter : Buffer.from(token, 'base64url').toString('utf8');
	const { contents, more } = listPage(store.bucket(call.bucket).index, { prefix, after, limit });
	return xmlAnswer('ListBucketResult', [
		['Name', call.bucket],
		['Prefix', prefix],
		['MaxKeys', limit],
		['KeyCount', contents.length],
		['IsTruncated', more],
		['ContinuationToken', token],
		['NextContinuationToken', more ? Buffer.from(contents.at(-1)?.[0] ?? '').toString('base64url') : undefined],
		['StartAfter', startAfter],
		...contents.map(([key, object]) => ['Contents', contentElements(key, object)] as const),
	]);
};

function contentElements(key: string, object: Listed): Elements {
	return [
		['Key', key],
		['LastModified', new Date(object.modified).toISOString()],
		['ETag', `"${object.etag}"`],
		['Size', object.size],
		['StorageClass', 'STANDARD'],
	];
}
