import { byteRange } from './byte-range.ts';
import type { Operation, S3Answer, S3Call } from './call.ts';
import { checkRead, writeConditions } from './conditions.ts';
import { S3Error } from './errors.ts';
import { receiveBody } from './incoming-body.ts';
import type { ObjectFacts, OpenObject } from './object-file.ts';
import { overriddenHeaders, storedHeaders } from './stored-headers.ts';
import { checksumHeaders, withDraft, writtenHeaders } from './write-object.ts';

const longestKeyBytes = 1024;
const wholeReadBytes = 256 * 1024;

/** Stores the body under the key; the object before it stays in place until the new one is complete and proven. */
export const putObject: Operation = (call, store) => {
	store.bucket(call.bucket);
	checkKey(call.key);
	const conditions = writeConditions(call.headers);
	return withDraft(store, async draft => {
		const received = await receiveBody(call.headers, call.body, chunk => draft.write(chunk));
		const facts: ObjectFacts = {
			key: call.key,
			size: received.size,
			etag: received.md5,
			modified: Date.now(),
			headers: storedHeaders(call.headers),
			...(received.checksum && { checksum: { ...received.checksum, type: 'FULL_OBJECT' } }),
		};
		await draft.seal(facts);
		store.bucket(call.bucket).commit(draft, facts, conditions);
		return { status: 200, headers: writtenHeaders(facts) };
	});
};

export const getObject: Operation = async (call, store) => {
	const object = await store.bucket(call.bucket).read(call.key);
	try {
		const answer = describe(call, object.facts);
		if (answer.status !== 304) return { ...answer, body: await bytes(object, call.headers.range) };
		await object.handle.close();
		return answer;
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
	store.bucket(call.bucket).remove(call.key, writeConditions(call.headers));
	return { status: 204 };
};

/** @throws S3Error when S3 would not take the key. */
export function checkKey(key: string): void {
	if (Buffer.byteLength(key) > longestKeyBytes) throw new S3Error('KeyTooLongError', 'Your key is too long');
}

/** Status and headers of a GET or HEAD of the object. */
function describe(call: S3Call, facts: ObjectFacts): S3Answer {
	const identity = { etag: `"${facts.etag}"`, 'last-modified': new Date(facts.modified).toUTCString() };
	if (!checkRead(facts, call.headers)) return { status: 304, headers: identity };
	const range = byteRange(call.headers.range, facts.size);
	const wantsChecksum = call.headers['x-amz-checksum-mode']?.toUpperCase() === 'ENABLED' && !range;
	return {
		status: range ? 206 : 200,
		headers: {
			...facts.headers,
			...overriddenHeaders(call.query),
			...identity,
			...(wantsChecksum && checksumHeaders(facts.checksum)),
			'accept-ranges': 'bytes',
			'content-length': String(range ? range.last - range.first + 1 : facts.size),
			...(range && { 'content-range': `bytes ${range.first}-${range.last}/${facts.size}` }),
		},
	};
}

/** The object's bytes, or a range of them; takes over the handle. */
async function bytes({ facts, handle }: OpenObject, rangeHeader: string | undefined) {
	const { first, last } = byteRange(rangeHeader, facts.size) ?? { first: 0, last: facts.size - 1 };
	const length = last - first + 1;
	if (length > wholeReadBytes)
		return handle.createReadStream({ start: first, end: last, highWaterMark: wholeReadBytes });
	const whole = Buffer.alloc(length);
	await handle.read(whole, 0, length, first);
	await handle.close();
	return whole;
}
