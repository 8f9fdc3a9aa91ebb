import { type ByteRange, parseByteRange } from '#shared/byte-range.ts';
import type { Operation, S3Answer, S3Call } from './call.ts';
import { writeConditions } from './conditions.ts';
import { S3Error } from './errors.ts';
import type { ObjectFacts, OpenObject } from './object-file.ts';
import { receiveObject, storedHeaders, withDraft, writtenHeaders } from './write-object.ts';

const longestKeyBytes = 1024;
const wholeReadBytes = 256 * 1024;

/** Stores the body under the key; the previous object stays in place until the new one is complete and verified. */
export const putObject: Operation = (call, store) => {
	store.bucket(call.bucket);
	checkKey(call.key);
	const conditions = writeConditions(call.headers);
	return withDraft(store, async draft => {
		const facts = await receiveObject(call, draft, storedHeaders(call.headers));
		store.bucket(call.bucket).commit(draft, facts, conditions);
		return { status: 200, headers: writtenHeaders(facts) };
	});
};

export const getObject: Operation = async (call, store) => {
	const object = await store.bucket(call.bucket).read(call.key);
	try {
		return { ...describe(call, object.facts), body: await bytes(object, call.headers.range) };
	} catch (error) {
		await object.handle.close();
		throw error;
	}
};

export const headObject: Operation = async (call, store) => {
	const object = await store.bucket(call.bucket).read(call.key);
	await object.handle.close();
	return describe(call, object.facts);
};

export const deleteObject: Operation = (call, store) => {
	store.bucket(call.bucket).remove(call.key);
	return { status: 204 };
};

/** @throws S3Error when S3 would not take the key. */
export function checkKey(key: string): void {
	if (Buffer.byteLength(key) > longestKeyBytes) throw new S3Error('KeyTooLongError', 'Your key is too long');
}

/** Status and headers of a GET or HEAD of the object. */
function describe(call: S3Call, facts: ObjectFacts): S3Answer {
	const range = rangeOf(call.headers.range, facts.size);
	const isSummed = facts.crc32 !== undefined && call.headers['x-amz-checksum-mode'] === 'ENABLED' && !range;
	return {
		status: range ? 206 : 200,
		headers: {
			...facts.headers,
			etag: `"${facts.etag}"`,
			'last-modified': new Date(facts.modified).toUTCString(),
			...(isSummed && { 'x-amz-checksum-crc32': facts.crc32, 'x-amz-checksum-type': 'FULL_OBJECT' }),
			'accept-ranges': 'bytes',
			'content-length': String(range ? range.last - range.first + 1 : facts.size),
			...(range && { 'content-range': `bytes ${range.first}-${range.last}/${facts.size}` }),
		},
	};
}

/** The object's bytes, or a range of them; takes over the handle. */
async function bytes({ facts, handle }: OpenObject, rangeHeader: string | undefined) {
	const { first, last } = rangeOf(rangeHeader, facts.size) ?? { first: 0, last: facts.size - 1 };
	const length = last - first + 1;
	if (length > wholeReadBytes)
		return handle.createReadStream({ start: first, end: last, highWaterMark: wholeReadBytes });
	const whole = Buffer.alloc(length);
	await handle.read(whole, 0, length, first);
	await handle.close();
	return whole;
}

/** The range that a request asks for; undefined for the whole object. @throws S3Error */
function rangeOf(header: string | undefined, size: number): Exclude<ByteRange, string> | undefined {
	if (header === undefined) return undefined;
	const range = parseByteRange(header, size);
	if (range === 'whole' || !/\d-\d/.test(header))
		throw new S3Error('NotImplemented', `The range ${header} is not implemented by the local S3.`);
	if (range === 'unsatisfiable')
		throw new S3Error('InvalidRange', 'The requested range is not satisfiable', {
			RangeRequested: header,
			ActualObjectSize: String(size),
		});
	return range;
}
