import type { S3Call } from './call.ts';
import { receiveBody } from './incoming-body.ts';
import type { DraftFile, ObjectFacts } from './object-file.ts';
import type { Store } from './store.ts';

/** Lets `fill` write a draft and commit it; in any case, no draft is left behind. */
export async function withDraft<Result>(store: Store, fill: (draft: DraftFile) => Promise<Result>): Promise<Result> {
	const draft = store.draft();
	try {
		return await fill(draft);
	} catch (error) {
		await draft.discard();
		throw error;
	}
}

/** Writes the body of a request into a draft, and seals it. @throws S3Error when the body is not what its headers say */
export async function receiveObject(
	call: S3Call,
	draft: DraftFile,
	headers: Record<string, string>,
): Promise<ObjectFacts> {
	const { size, md5, crc32 } = await receiveBody(call.headers, call.body, chunk => draft.write(chunk));
	const facts: ObjectFacts = {
		key: call.key,
		size,
		etag: md5,
		modified: Date.now(),
		headers,
		...(crc32 !== undefined && { crc32 }),
	};
	await draft.seal(facts);
	return facts;
}

/** Headers that tell a writer what was stored. */
export function writtenHeaders({ etag, crc32 }: Pick<ObjectFacts, 'etag' | 'crc32'>): Record<string, string> {
	return { etag: `"${etag}"`, ...(crc32 !== undefined && { 'x-amz-checksum-crc32': crc32 }) };
}

/** Headers that are stored with an object and returned with it: its content type. */
export function storedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
	return { 'content-type': headers['content-type'] ?? 'binary/octet-stream' };
}
