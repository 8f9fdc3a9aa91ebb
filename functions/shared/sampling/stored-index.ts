import { createHash } from 'node:crypto';
import * as z from 'zod';
import type { StateStore } from '../state-store.ts';
import { storedObject } from '../stored-object.ts';
import type { Video } from '../supervisely/remote/api.ts';
import { indexDocumentSchema, readIndex } from '../video/index/index-document.ts';
import type { VideoIndex } from '../video/index/video-index.ts';
import { readDocument } from './documents.ts';
import { keys } from './keys.ts';

/** `inParts`: the server supports byte ranges. */
export const videoFileSchema = storedObject({ schema: z.literal(1), inParts: z.boolean(), index: indexDocumentSchema });

/** The index of a video file. `version` identifies the file: it changes when the file behind the id does. */
export type VideoFile = { index: VideoIndex; inParts: boolean; version: string };

/** The index that an earlier sampling has stored of a video file; undefined if there is none. */
export async function readStoredIndex(
	store: Pick<StateStore, 'read'>,
	video: Pick<Video, 'id' | 'fullStorageUrl' | 'hash' | 'fileMeta'>,
): Promise<VideoFile | undefined> {
	const version = versionOf(video);
	const kept = await readDocument(store, keys.videoIndex(video.id, version), videoFileSchema);
	return kept && { version, inParts: kept.inParts, index: readIndex(kept.index) };
}

/** The version of a file, from its path, hash and size; not from the whole address, which may contain a signature. */
export function versionOf({
	fullStorageUrl,
	hash,
	fileMeta,
}: Pick<Video, 'fullStorageUrl' | 'hash' | 'fileMeta'>): string {
	const path = fullStorageUrl ? new URL(fullStorageUrl, 'http://server').pathname : '';
	return createHash('sha256')
		.update(JSON.stringify([path, hash ?? null, fileMeta?.size ?? null]))
		.digest('hex')
		.slice(0, 16);
}
