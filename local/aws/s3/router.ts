import { createBucket, headBucket, listBuckets } from './buckets.ts';
import type { Operation, S3Call } from './call.ts';
import { S3Error } from './errors.ts';
import { listObjectsV2 } from './list-objects.ts';
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload, uploadPart } from './multipart.ts';
import { deleteObject, getObject, headObject, putObject } from './objects.ts';

export type Route = {
	readonly run: Operation;
	/** The IAM action that a caller needs to be allowed. */
	readonly action: string;
	readonly method: string;
	readonly on: 'service' | 'bucket' | 'object';
	/** Query parameters that identify this operation. */
	readonly needs?: readonly string[];
	/** Query parameters it may have besides. */
	readonly takes?: readonly string[];
	/** Those of the headers with an effect in S3 that have it here, too. */
	readonly heeds?: readonly string[];
};

const listing = ['prefix', 'max-keys', 'continuation-token', 'start-after'];

const routes: readonly Route[] = [
	{ run: listBuckets, action: 's3:ListAllMyBuckets', method: 'GET', on: 'service' },
	{ run: createBucket, action: 's3:CreateBucket', method: 'PUT', on: 'bucket' },
	{ run: headBucket, action: 's3:ListBucket', method: 'HEAD', on: 'bucket' },
	{ run: listObjectsV2, action: 's3:ListBucket', method: 'GET', on: 'bucket', needs: ['list-type'], takes: listing },
	{ run: putObject, action: 's3:PutObject', method: 'PUT', on: 'object', heeds: ['if-match', 'if-none-match'] },
	{ run: getObject, action: 's3:GetObject', method: 'GET', on: 'object', heeds: ['range'] },
	{ run: headObject, action: 's3:GetObject', method: 'HEAD', on: 'object' },
	{ run: deleteObject, action: 's3:DeleteObject', method: 'DELETE', on: 'object' },
	{ run: createMultipartUpload, action: 's3:PutObject', method: 'POST', on: 'object', needs: ['uploads'] },
	{ run: uploadPart, action: 's3:PutObject', method: 'PUT', on: 'object', needs: ['uploadId', 'partNumber'] },
	{ run: completeMultipartUpload, action: 's3:PutObject', method: 'POST', on: 'object', needs: ['uploadId'] },
	{ run: abortMultipartUpload, action: 's3:AbortMultipartUpload', method: 'DELETE', on: 'object', needs: ['uploadId'] },
];

const withEffect = [
	...['if-match', 'if-none-match', 'if-modified-since', 'if-unmodified-since', 'if-range', 'range', 'content-md5'],
	...['cache-control', 'content-disposition', 'content-encoding', 'content-language', 'expires'],
];

const knownHeaders =
	/^x-amz-(content-sha256|date|security-token|user-agent|sdk-checksum-algorithm|checksum-(crc32|mode|algorithm))$/;

/**
 * Finds the operation a request asks for. One that asks for anything this S3 does not know, by a query parameter such
 * as `?tagging` or by a header such as `x-amz-acl`, is refused before anything is done: never taken for a plain
 * operation on the object.
 *
 * @throws S3Error `NotImplemented`, with the name of what is unknown.
 */
export function route(call: S3Call): Route {
	const on = call.bucket === '' ? 'service' : call.key === '' ? 'bucket' : 'object';
	const parameters = [...call.query.keys()].filter(name => name !== 'x-id');
	const found = routes.find(({ method, on: place, needs = [], takes = [] }) => {
		if (method !== call.method || place !== on) return false;
		const known = [...needs, ...takes];
		return needs.every(name => call.query.has(name)) && parameters.every(name => known.includes(name));
	});
	if (!found) {
		const place = { service: 'the service', bucket: 'a bucket', object: 'an object' }[on];
		throw notImplemented(`${call.method} of ${place} with ${parameters.join(', ') || 'no parameters'}`);
	}
	const unknown = Object.keys(call.headers).find(name =>
		name.startsWith('x-amz-') ? !knownHeaders.test(name) : withEffect.includes(name) && !found.heeds?.includes(name),
	);
	if (unknown) throw notImplemented(`The header ${unknown} of a ${call.method}`);
	return found;
}

function notImplemented(what: string): S3Error {
	return new S3Error('NotImplemented', `${what} is not implemented by the local S3.`);
}
