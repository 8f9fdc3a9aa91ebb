import { createBucket, deleteBucket, deleteObjects, headBucket, listBuckets } from './buckets.ts';
import type { Operation, S3Call } from './call.ts';
import { copyObject } from './copy-object.ts';
import { S3Error } from './errors.ts';
import { listObjectsV2 } from './list-objects.ts';
import {
	abortMultipartUpload,
	completeMultipartUpload,
	createMultipartUpload,
	listParts,
	uploadPart,
} from './multipart.ts';
import { deleteObject, getObject, headObject, putObject } from './objects.ts';

type Route = {
	readonly run: Operation;
	readonly method: string;
	readonly on: 'service' | 'bucket' | 'object';
	/** Query parameters that identify this operation. */
	readonly needs?: readonly string[];
	/** Query parameters it may have besides. */
	readonly takes?: readonly string[];
	/** A header that tells this operation from others. */
	readonly header?: string;
};

const listing = [
	'prefix',
	'delimiter',
	'max-keys',
	'continuation-token',
	'start-after',
	'encoding-type',
	'fetch-owner',
];
const overrides = [
	'content-type',
	'content-language',
	'expires',
	'cache-control',
	'content-disposition',
	'content-encoding',
];
const reading = overrides.map(name => `response-${name}`);

const routes: readonly Route[] = [
	{ run: listBuckets, method: 'GET', on: 'service' },
	{ run: createBucket, method: 'PUT', on: 'bucket' },
	{ run: headBucket, method: 'HEAD', on: 'bucket' },
	{ run: deleteBucket, method: 'DELETE', on: 'bucket' },
	{ run: listObjectsV2, method: 'GET', on: 'bucket', needs: ['list-type'], takes: listing },
	{ run: deleteObjects, method: 'POST', on: 'bucket', needs: ['delete'] },
	{ run: putObject, method: 'PUT', on: 'object' },
	{ run: copyObject, method: 'PUT', on: 'object', header: 'x-amz-copy-source' },
	{ run: getObject, method: 'GET', on: 'object', takes: reading },
	{ run: headObject, method: 'HEAD', on: 'object', takes: reading },
	{ run: deleteObject, method: 'DELETE', on: 'object' },
	{ run: createMultipartUpload, method: 'POST', on: 'object', needs: ['uploads'] },
	{ run: uploadPart, method: 'PUT', on: 'object', needs: ['uploadId', 'partNumber'] },
	{ run: listParts, method: 'GET', on: 'object', needs: ['uploadId'], takes: ['max-parts', 'part-number-marker'] },
	{ run: completeMultipartUpload, method: 'POST', on: 'object', needs: ['uploadId'] },
	{ run: abortMultipartUpload, method: 'DELETE', on: 'object', needs: ['uploadId'] },
];

const knownHeaders = new RegExp(
	`^x-amz-(${[
		'content-sha256|date|security-token|user-agent|decoded-content-length|trailer',
		'checksum-[a-z0-9]+|sdk-checksum-algorithm|meta-.*|metadata-directive',
		'copy-source(-if-(match|none-match|modified-since|unmodified-since))?',
	].join('|')})$`,
);

/**
 * Finds the operation a request asks for. One that asks for anything this S3 does not know, by a query parameter such
 * as `?tagging` or by a header such as `x-amz-acl`, is refused before anything is done: never taken for a plain
 * operation on the object.
 *
 * @throws S3Error `NotImplemented`, with the name of what is unknown.
 */
export function route(call: S3Call): Operation {
	const on = call.bucket === '' ? 'service' : call.key === '' ? 'bucket' : 'object';
	const parameters = [...call.query.keys()].filter(name => name !== 'x-id' && !/^x-amz-/i.test(name));
	const candidates = routes.filter(route => route.method === call.method && route.on === on && hasHeader(call, route));
	const found = candidates.find(({ needs = [], takes = [] }) => {
		const known = [...needs, ...takes];
		return needs.every(name => call.query.has(name)) && parameters.every(name => known.includes(name));
	});
	if (!found) throw notImplemented(`${call.method} of a ${on} with ${parameters.join(', ') || 'no parameters'}`);
	const unknown = Object.keys(call.headers).find(name => name.startsWith('x-amz-') && !knownHeaders.test(name));
	if (unknown) throw notImplemented(`The header ${unknown}`);
	return found.run;
}

function hasHeader(call: S3Call, { header }: Route): boolean {
	return (header ?? '') === ('x-amz-copy-source' in call.headers ? 'x-amz-copy-source' : '');
}

function notImplemented(what: string): S3Error {
	return new S3Error('NotImplemented', `${what} is not implemented by the local S3.`);
}
