import type { Operation } from './call.ts';
import { checksumAlgorithm } from './checksums.ts';
import { checkRead, preconditionFailed, writeConditions } from './conditions.ts';
import { S3Error } from './errors.ts';
import { type ObjectFacts, readBytes } from './object-file.ts';
import { checkKey } from './objects.ts';
import { storedHeaders } from './stored-headers.ts';
import { copyBytes, withDraft } from './write-object.ts';
import { xmlAnswer } from './xml.ts';

/** Copies an object to the key, with its headers or with new ones. */
export const copyObject: Operation = async (call, store) => {
	const from = copySource(call.headers['x-amz-copy-source'] ?? '');
	const replace = call.headers['x-amz-metadata-directive']?.toUpperCase() === 'REPLACE';
	if (from.bucket === call.bucket && from.key === call.key && !replace)
		throw new S3Error(
			'InvalidRequest',
			'This copy request is illegal because it copies an object to itself unchanged.',
		);
	const conditions = writeConditions(call.headers);
	store.bucket(call.bucket);
	checkKey(call.key);
	const source = await store.bucket(from.bucket).read(from.key);
	try {
		if (!checkRead(source.facts, call.headers, 'x-amz-copy-source-'))
			throw preconditionFailed('x-amz-copy-source-If-None-Match');
		return await withDraft(store, async draft => {
			const algorithm = call.headers['x-amz-checksum-algorithm'] ?? source.facts.checksum?.algorithm;
			const { size, md5, checksum } = await copyBytes(
				readBytes(source),
				draft,
				algorithm === undefined ? undefined : checksumAlgorithm(algorithm),
			);
			const facts: ObjectFacts = {
				key: call.key,
				size,
				etag: md5,
				modified: Date.now(),
				headers: replace ? storedHeaders(call.headers) : source.facts.headers,
				...(checksum && { checksum }),
			};
			await draft.seal(facts);
			store.bucket(call.bucket).commit(draft, facts, conditions);
			return xmlAnswer('CopyObjectResult', [
				['LastModified', new Date(facts.modified).toISOString()],
				['ETag', `"${facts.etag}"`],
				...(checksum ? [[`Checksum${checksum.algorithm}`, checksum.value] as const] : []),
			]);
		});
	} finally {
		await source.handle.close();
	}
};

function copySource(header: string): { bucket: string; key: string } {
	if (header.includes('?')) throw new S3Error('NotImplemented', 'Copying a version of an object is not implemented.');
	const [, bucket = '', key = ''] = /^\/?([^/]*)\/(.*)$/s.exec(decoded(header)) ?? [];
	if (bucket === '' || key === '')
		throw new S3Error('InvalidArgument', 'Copy Source must mention the source bucket and key.');
	return { bucket, key };
}

function decoded(header: string): string {
	try {
		return decodeURIComponent(header);
	} catch {
		throw new S3Error('InvalidArgument', 'Copy Source must be URL-encoded.');
	}
}
