import { uriEncodePath } from '#local/aws/request-target.ts';
import type { Listed } from './bucket.ts';
import { numberIn, type Operation } from './call.ts';
import { S3Error } from './errors.ts';
import { listPage, type Position } from './listing.ts';
import { type Elements, xmlAnswer } from './xml.ts';

const largestPage = 1000;

/** One page of a bucket's keys (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html). */
export const listObjectsV2: Operation = (call, store) => {
	const { query } = call;
	if (query.get('list-type') !== '2') throw new S3Error('NotImplemented', 'Only list-type=2 is implemented.');
	const prefix = query.get('prefix') ?? '';
	const delimiter = query.get('delimiter') ?? '';
	const token = query.get('continuation-token');
	const startAfter = query.get('start-after');
	const limit = Math.min(largestPage, numberIn(query, 'max-keys', largestPage));
	const start =
		token !== undefined ? parseToken(token) : startAfter !== undefined ? { afterKey: startAfter } : undefined;
	const page = listPage(store.bucket(call.bucket).index, { prefix, delimiter, start, limit });

	const encode = query.get('encoding-type') === 'url' ? uriEncodePath : (text: string) => text;
	return xmlAnswer('ListBucketResult', [
		['Name', call.bucket],
		['Prefix', encode(prefix)],
		['Delimiter', delimiter === '' ? undefined : encode(delimiter)],
		['MaxKeys', limit],
		['EncodingType', query.get('encoding-type')],
		['KeyCount', page.contents.length + page.commonPrefixes.length],
		['IsTruncated', page.next !== undefined],
		['ContinuationToken', token],
		['NextContinuationToken', page.next && formatToken(page.next)],
		['StartAfter', startAfter === undefined ? undefined : encode(startAfter)],
		...page.contents.map(([key, object]) => ['Contents', contentElements(encode(key), object)] as const),
		...page.commonPrefixes.map(common => ['CommonPrefixes', [['Prefix', encode(common)]]] as const),
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

function formatToken(position: Position): string {
	return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function parseToken(token: string): Position {
	try {
		const position = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as Record<string, unknown>;
		if (typeof position.afterKey === 'string') return { afterKey: position.afterKey };
		if (typeof position.afterPrefix === 'string') return { afterPrefix: position.afterPrefix };
	} catch {}
	throw new S3Error('InvalidArgument', 'The continuation token provided is incorrect');
}
