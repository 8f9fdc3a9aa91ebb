import { createHash } from 'node:crypto';
import { numberIn, type Operation, type S3Call } from './call.ts';
import { type Checksum, checksumAlgorithm, checksumHeader, startDigest } from './checksums.ts';
import { checkWrite, writeConditions } from './conditions.ts';
import { S3Error } from './errors.ts';
import { receiveBody } from './incoming-body.ts';
import { type ObjectFacts, openObject, readBytes } from './object-file.ts';
import { checkKey } from './objects.ts';
import type { Store } from './store.ts';
import { storedHeaders } from './stored-headers.ts';
import type { Upload } from './uploads.ts';
import { copyBytes, withDraft, writtenHeaders } from './write-object.ts';
import { type Elements, elementsOf, readDocument, xmlAnswer } from './xml.ts';

type Parts = readonly (readonly [number: number, facts: ObjectFacts])[];

const mostParts = 10_000;
const mostListed = 1000;
const smallestPartBytes = 5 * 1024 * 1024;

export const createMultipartUpload: Operation = (call, store) => {
	store.bucket(call.bucket);
	checkKey(call.key);
	const { bucket, key, headers } = call;
	const wanted = headers['x-amz-checksum-algorithm'];
	const algorithm = wanted === undefined ? undefined : checksumAlgorithm(wanted);
	const type = headers['x-amz-checksum-type']?.toUpperCase() === 'FULL_OBJECT' ? 'FULL_OBJECT' : 'COMPOSITE';
	const checksum = algorithm && { algorithm, type: type as Checksum['type'] };
	const upload = store.uploads.begin({ bucket, key, headers: storedHeaders(headers), ...(checksum && { checksum }) });
	return xmlAnswer(
		'InitiateMultipartUploadResult',
		[
			['Bucket', bucket],
			['Key', key],
			['UploadId', upload.id],
		],
		algorithm ? { 'x-amz-checksum-algorithm': algorithm, 'x-amz-checksum-type': type } : {},
	);
};

export const uploadPart: Operation = (call, store) => {
	const upload = uploadOf(call, store);
	const number = numberIn(call.query, 'partNumber', 0);
	if (number < 1 || number > mostParts)
		throw new S3Error('InvalidArgument', `Part number must be an integer between 1 and ${mostParts}, inclusive`);
	return withDraft(store, async draft => {
		const { size, md5, checksum } = await receiveBody(call.headers, call.body, chunk => draft.write(chunk));
		if (upload.checksum?.type === 'COMPOSITE' && checksum?.algorithm !== upload.checksum.algorithm)
			throw new S3Error(
				'InvalidRequest',
				`The upload was begun with ${upload.checksum.algorithm} checksums of its parts.`,
			);
		const facts: ObjectFacts = {
			key: call.key,
			size,
			etag: md5,
			modified: Date.now(),
			headers: {},
			...(checksum && { checksum: { ...checksum, type: 'FULL_OBJECT' } }),
		};
		await draft.seal(facts);
		store.uploads.addPart(upload, number, draft, facts);
		const { 'x-amz-checksum-type': _, ...headers } = writtenHeaders(facts);
		return { status: 200, headers };
	});
};

export const listParts: Operation = (call, store) => {
	const upload = uploadOf(call, store);
	const marker = numberIn(call.query, 'part-number-marker', 0);
	const limit = Math.min(mostListed, numberIn(call.query, 'max-parts', mostListed));
	const rest = [...upload.parts].filter(([number]) => number > marker).sort(([a], [b]) => a - b);
	const page = rest.slice(0, limit);
	return xmlAnswer('ListPartsResult', [
		['Bucket', upload.bucket],
		['Key', upload.key],
		['UploadId', upload.id],
		['PartNumberMarker', marker],
		['NextPartNumberMarker', page.at(-1)?.[0] ?? 0],
		['MaxParts', limit],
		['IsTruncated', rest.length > page.length],
		['StorageClass', 'STANDARD'],
		...page.map(([number, facts]) => ['Part', partElements(number, facts)] as const),
	]);
};

export const abortMultipartUpload: Operation = (call, store) => {
	store.uploads.end(uploadOf(call, store));
	return { status: 204 };
};

/** Makes the object out of the parts the caller names, under the same conditions as a PUT. */
export const completeMultipartUpload: Operation = async (call, store) => {
	const upload = uploadOf(call, store);
	const conditions = writeConditions(call.headers);
	const parts = await wantedParts(call, upload);
	checkWrite(store.bucket(call.bucket).index.get(call.key), conditions);
	return withDraft(store, async draft => {
		const algorithm = upload.checksum?.type === 'FULL_OBJECT' ? upload.checksum.algorithm : undefined;
		const { size, checksum: ofWhole } = await copyBytes(partBytes(upload, parts, store), draft, algorithm);
		const checksum = ofWhole ?? compositeChecksum(upload, parts);
		const expected = checksum && call.headers[checksumHeader(checksum.algorithm)];
		if (expected !== undefined && expected !== checksum?.value)
			throw new S3Error('BadDigest', `The ${checksum?.algorithm} you specified did not match the calculated checksum.`);
		const md5s = Buffer.concat(parts.map(([, { etag }]) => Buffer.from(etag, 'hex')));
		const etag = `${createHash('md5').update(md5s).digest('hex')}-${parts.length}`;
		const { key, headers } = upload;
		const facts: ObjectFacts = { key, size, etag, modified: Date.now(), headers, ...(checksum && { checksum }) };
		await draft.seal(facts);
		uploadOf(call, store);
		store.bucket(call.bucket).commit(draft, facts, conditions);
		store.uploads.end(upload);
		return xmlAnswer('CompleteMultipartUploadResult', [
			['Bucket', upload.bucket],
			['Key', key],
			['ETag', `"${etag}"`],
			...checksumElements(checksum),
			['ChecksumType', checksum?.type],
		]);
	});
};

function uploadOf(call: S3Call, store: Store): Upload {
	store.bucket(call.bucket);
	return store.uploads.get(call.bucket, call.key, call.query.get('uploadId') ?? '');
}

async function wantedParts(call: S3Call, upload: Upload): Promise<Parts> {
	// Here an x-amz-checksum header is about the object that comes to be, not about this request's body.
	const headers = Object.fromEntries(
		Object.entries(call.headers).filter(([name]) => !name.startsWith('x-amz-checksum-')),
	);
	const listed = elementsOf(await readDocument({ ...call, headers }, 'CompleteMultipartUpload'), 'Part');
	if (listed.length === 0) throw new S3Error('MalformedXML', 'You must specify at least one part');
	const parts = listed.map((element): [number, ObjectFacts] => {
		const number = Number(element.PartNumber);
		const facts = upload.parts.get(number);
		const sum = facts?.checksum && element[`Checksum${facts.checksum.algorithm}`];
		if (
			facts?.etag !== String(element.ETag).replaceAll('"', '') ||
			(sum !== undefined && sum !== facts.checksum?.value)
		)
			throw new S3Error(
				'InvalidPart',
				'One or more of the specified parts could not be found. The part may not have been uploaded, or its entity tag may not match.',
				{ PartNumber: String(element.PartNumber) },
			);
		return [number, facts];
	});
	for (const [i, [number]] of parts.entries())
		if (number <= (parts[i - 1]?.[0] ?? 0))
			throw new S3Error('InvalidPartOrder', 'The list of parts was not in ascending order.');
	if (parts.slice(0, -1).some(([, { size }]) => size < smallestPartBytes))
		throw new S3Error('EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
	return parts;
}

function compositeChecksum(upload: Upload, parts: Parts): Checksum | undefined {
	if (!upload.checksum) return undefined;
	const { algorithm } = upload.checksum;
	const sums = Buffer.concat(parts.map(([, { checksum }]) => Buffer.from(checksum?.value ?? '', 'base64')));
	const digest = startDigest(algorithm);
	digest.update(sums);
	return { algorithm, value: `${digest.base64()}-${parts.length}`, type: 'COMPOSITE' };
}

function partElements(number: number, facts: ObjectFacts): Elements {
	return [
		['PartNumber', number],
		['LastModified', new Date(facts.modified).toISOString()],
		['ETag', `"${facts.etag}"`],
		['Size', facts.size],
		...checksumElements(facts.checksum),
	];
}

function checksumElements(checksum: Checksum | undefined): Elements {
	return checksum ? [[`Checksum${checksum.algorithm}`, checksum.value]] : [];
}

async function* partBytes(upload: Upload, parts: Parts, store: Store): AsyncGenerator<Buffer> {
	for (const [number] of parts) {
		const part = await openObject(store.uploads.partPath(upload, number));
		if (!part)
			throw new S3Error('NoSuchUpload', 'The upload was aborted or completed meanwhile.', { UploadId: upload.id });
		try {
			yield* readBytes(part);
		} finally {
			await part.handle.close();
		}
	}
}
