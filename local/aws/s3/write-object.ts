import type { DraftFile, ObjectFacts } from './object-file.ts';
import type { Store } from './store.ts';

/** Lets `fill` write a draft and commit it; whatever way that ends, no draft is left behind. */
export async function withDraft<Result>(store: Store, fill: (draft: DraftFile) => Promise<Result>): Promise<Result> {
	const draft = store.draft();
	try {
		return await fill(draft);
	} catch (error) {
		await draft.discard();
		throw error;
	}
}

/** Headers that tell a writer what was stored. */
export function writtenHeaders({ etag, crc32 }: Pick<ObjectFacts, 'etag' | 'crc32'>): Record<string, string> {
	return { etag: `"${etag}"`, ...(crc32 !== undefined && { 'x-amz-checksum-crc32': crc32 }) };
}

/** Headers that an object is given back with, besides those of the answer: what it is a file of. */
export function storedHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
	return { 'content-type': headers['content-type'] ?? 'binary/octet-stream' };
}
