import type { Operation } from './call.ts';
import { writeConditions } from './conditions.ts';
import { S3Error } from './errors.ts';
import { type Elements, elementsOf, readDocument, xmlAnswer } from './xml.ts';

const mostDeletedAtOnce = 1000;

export const listBuckets: Operation = (_, store) =>
	xmlAnswer('ListAllMyBucketsResult', [
		['Owner', [['ID', 'local']]],
		[
			'Buckets',
			store.buckets().map(
				({ name, created }) =>
					[
						'Bucket',
						[
							['Name', name],
							['CreationDate', new Date(created).toISOString()],
						],
					] as const,
			),
		],
	]);

export const createBucket: Operation = (call, store) => {
	if (!store.hasBucket(call.bucket)) store.createBucket(call.bucket);
	// Only the oldest region takes its owner's second request for the same bucket as done.
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

export const deleteBucket: Operation = (call, store) => {
	store.deleteBucket(call.bucket);
	return { status: 204 };
};

/** Deletes up to 1000 objects, each of which may fail by itself. */
export const deleteObjects: Operation = async (call, store) => {
	const bucket = store.bucket(call.bucket);
	if (!Object.keys(call.headers).some(name => name === 'content-md5' || name.startsWith('x-amz-checksum-')))
		throw new S3Error('InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
	const document = await readDocument(call, 'Delete');
	const wanted = elementsOf(document, 'Object');
	if (wanted.length === 0 || wanted.length > mostDeletedAtOnce)
		throw new S3Error('MalformedXML', `The request must name 1 to ${mostDeletedAtOnce} objects.`);
	if (wanted.some(({ Key }) => typeof Key !== 'string')) throw new S3Error('MalformedXML', 'An object has no Key.');
	const unknown = wanted.flatMap(Object.keys).find(name => !['Key', 'ETag', '#text'].includes(name));
	if (unknown) throw new S3Error('NotImplemented', `${unknown} of an object to delete is not implemented.`);
	const quiet = document.Quiet === 'true';
	const results = wanted.flatMap((element): Elements => {
		const key = String(element.Key);
		try {
			bucket.remove(key, writeConditions('ETag' in element ? { 'if-match': String(element.ETag) } : {}));
			return quiet ? [] : [['Deleted', [['Key', key]]]];
		} catch (error) {
			if (!(error instanceof S3Error)) throw error;
			return [
				[
					'Error',
					[
						['Key', key],
						['Code', error.code],
						['Message', error.message],
					],
				],
			];
		}
	});
	return xmlAnswer('DeleteResult', results);
};
