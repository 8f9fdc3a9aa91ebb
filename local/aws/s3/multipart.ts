import { createHash } from 'node:crypto';
import { numberIn, type Operation, type S3Call } from './call.ts';
import { S3Error } from './errors.ts';
import { type ObjectFacts, openObject, readBytes } from './object-file.ts';
import { checkKey } from './objects.ts';
import type { Store } from './store.ts';
import type { Upload } from './uploads.ts';
import { receiveObject, storedHeaders, withDraft, writtenHeaders } from './write-object.ts';
import { elementsOf, readDocument, xmlAnswer } from './xml.ts';

type Parts = readonly (readonly [number: number, facts: ObjectFacts])[];

const mostParts = 10_000;
const smallestPartBytes = 5 * 1024 * 1024;

/** Begins an upload. The parts may have checksums; the object made of them has none. */
export const createMultipartUpload: Operation = (call, store) => {
	store.bucket(call.bucket);
	checkKey(call.key);
	const { bucket, key, headers } = call;
	const algorithm = headers['x-amz-checksum-algorithm'];
	if (algorithm !== undefined && algorithm !== 'CRC32')
		throw new S3Error('NotImplemented', `The checksum algorithm ${algorithm} is not implemented by the local S3.`);
	const upload = store.uploads.begin({ bucket, key, headers: storedHeaders(headers) });
	return xmlAnswer('InitiateMultipartUploadResult', [
		['Bucket', bucket],
		['Key', key],
		['UploadId', upload.id],
	]);
};

export const uploadPart: Operation = (call, store) => {
	const upload = uploadOf(call, store);
	const number = numberIn(call.query, 'partNumber', 0);
	if (number < 1 || number > mostParts)
		throw new S3Error('InvalidArgument', `Part number must be an integer between 1 and ${mostParts}, inclusive`);
	return withDraft(store, async draft => {
		const facts = await receiveObject(call, draft, {});
		store.uploads.addPart(upload, number, draft, facts);
		return { status: 200, headers: writtenHeaders(facts) };
	});
};

export const abortMultipartUpload: Operation = (call, store) => {
	store.uploads.end(uploadOf(call, store));
	return { status: 204 };
};

/** Makes the object out of the parts the caller names. */
export const completeMultipartUpload: Operation = async (call, store) => {
	const upload = uploadOf(call, store);
	const parts = await wantedParts(call, upload);
	return withDraft(store, async draft => {
		for await (const chunk of partBytes(upload, parts, store)) await draft.write(chunk);
		const size = parts.reduce((sum, [, part]) => sum + part.size, 0);
		const md5s = Buffer.concat(parts.map(([, { etag }]) => Buffer.from(etag, 'hex')));
		const etag = `${createHash('md5').update(md5s).digest('hex')}-${parts.length}`;
		const { key, headers } = upload;
		const facts: ObjectFacts = { key, size, etag, modified: Date.now(), headers };
		await draft.seal(facts);
		uploadOf(call, store);
		store.bucket(call.bucket).commit(draft, facts);
		store.uploads.end(upload);
		return xmlAnswer('CompleteMultipartUploadResult', [
			['Bucket', upload.bucket],
			['Key', key],
			['ETag', `"${etag}"`],
		]);
	});
};

function uploadOf(call: S3Call, store: Store): Upload {
	store.bucket(call.bucket);
	return store.uploads.get(call.bucket, call.key, call.query.get('uploadId') ?? '');
}

async function wantedParts(call: S3Call, upload: Upload): Promise<Parts> {
	const listed = elementsOf(await readDocument(call, 'CompleteMultipartUpload'), 'Part');
	if (listed.length === 0) throw new S3Error('MalformedXML', 'You must specify at least one part');
	const parts = listed.map((element): [number, ObjectFacts] => {
		const number = Number(element.PartNumber);
		const facts = upload.parts.get(number);
		const sum = element.ChecksumCRC32;
		if (
			facts?.etag !== String(element.ETag).replaceAll('"', '') ||
			(sum !== undefined && facts.crc32 !== undefined && sum !== facts.crc32)
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
