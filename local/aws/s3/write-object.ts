import { createHash } from 'node:crypto';
import { type Checksum, type ChecksumAlgorithm, startDigest } from './checksums.ts';
import type { DraftFile, ObjectFacts } from './object-file.ts';
import type { Store } from './store.ts';

/** What copying bytes into a draft found out about them. */
export type CopiedBytes = {
	/** Bytes. */
	readonly size: number;
	/** Hex. */
	readonly md5: string;
	/** Of the whole, when it was asked for. */
	readonly checksum: Checksum | undefined;
};

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

/** Appends stored bytes to a draft. */
export async function copyBytes(
	source: AsyncIterable<Buffer>,
	draft: DraftFile,
	algorithm?: ChecksumAlgorithm,
): Promise<CopiedBytes> {
	const md5 = createHash('md5');
	const digest = algorithm && startDigest(algorithm);
	let size = 0;
	for await (const chunk of source) {
		size += chunk.length;
		md5.update(chunk);
		digest?.update(chunk);
		await draft.write(chunk);
	}
	const checksum = algorithm && digest && ({ algorithm, value: digest.base64(), type: 'FULL_OBJECT' } as const);
	return { size, md5: md5.digest('hex'), checksum };
}

/** Headers that tell a writer what was stored. */
export function writtenHeaders({ etag, checksum }: Pick<ObjectFacts, 'etag' | 'checksum'>): Record<string, string> {
	return { etag: `"${etag}"`, ...checksumHeaders(checksum) };
}

/** Headers that give a checksum back. */
export function checksumHeaders(checksum: Checksum | undefined): Record<string, string> {
	if (!checksum) return {};
	return {
		[`x-amz-checksum-${checksum.algorithm.toLowerCase()}`]: checksum.value,
		'x-amz-checksum-type': checksum.type,
	};
}
