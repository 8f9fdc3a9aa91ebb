import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { StateStore } from '#shared/aws/state-store.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import type { Video } from '#shared/supervisely/api.ts';
import { openVideo, streamVideo } from '#shared/supervisely/open-video.ts';
import { type Checkpoint, passStateSchema } from '#shared/video/index/demux/pass-state.ts';
import { indexDocumentSchema, readIndex, writeIndex } from '#shared/video/index/index-document.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';
import { NoRanges } from '#shared/video/source/http-source.ts';
import type { FanOutPorts } from './ports.ts';

/** As it is stored. `inParts`: whether its server gives byte ranges of it. */
const videoFileSchema = z.strictObject({ schema: z.literal(1), inParts: z.boolean(), index: indexDocumentSchema });

/** What is known of a video's file. `version` names it: another file under the same id has another. */
export type VideoFile = { index: VideoIndex; inParts: boolean; version: string };

/** The index of a video's file, which is made once and kept: a later sampling of the same file doesn't read it. */
export const indexOf = async (ports: FanOutPorts, video: Video, signal: AbortSignal): Promise<VideoFile> => {
	const { store } = ports;
	const version = versionOf(video);
	const key = keys.videoIndex(video.id, version);
	const kept = await readDocument(store, key, videoFileSchema);
	if (kept) return { version, inParts: kept.inParts, index: readIndex(kept.index) };
	const { source, inParts } = await openFile(ports, video, version, signal);
	const { ffmpegPath, passUntil } = ports;
	const part = keys.videoIndexPart(video.id, version);
	const checkpoint = passUntil === undefined ? {} : { checkpoint: checkpointIn(store, part, passUntil) };
	const index = await indexVideo(source, { ffmpegPath, signal, ...checkpoint });
	await store.write(key, videoFileSchema.encode({ schema: 1, inParts, index: writeIndex(index) }));
	return { version, inParts, index };
};

/** Keeps how far a pass has come beside the index that it makes. */
const checkpointIn = (store: StateStore, key: string, until: number): Checkpoint => ({
	isDue: () => Date.now() > until,
	load: () => readDocument(store, key, passStateSchema),
	save: state => store.write(key, passStateSchema.encode(state)),
});

/**
 * The key of the copy that chunks have to be read from; null where they read the file where it lies. What has no index in
 * its header is read from its start for every chunk, so it is copied once when there are several.
 */
export const copyFor = async (
	ports: FanOutPorts,
	video: Video,
	{ index, inParts, version }: VideoFile,
	chunks: number,
	signal: AbortSignal,
): Promise<string | null> => {
	if (inParts && (index.container.kind !== 'whole' || chunks < 2)) return null;
	const key = keys.videoCopy(video.id, version);
	await copyOnce(ports, video, key, signal);
	return key;
};

/** The file where it lies; a copy where its server gives it only whole. */
const openFile = async (ports: FanOutPorts, video: Video, version: string, signal: AbortSignal) => {
	try {
		return { source: await openVideo(ports.supervisely, video), inParts: true };
	} catch (error) {
		if (!(error instanceof NoRanges)) throw error;
		const key = keys.videoCopy(video.id, version);
		await copyOnce(ports, video, key, signal);
		return { source: await ports.files.open(key), inParts: false };
	}
};

const copyOnce = async ({ files, supervisely }: FanOutPorts, video: Video, key: string, signal: AbortSignal) => {
	if ((await files.size(key)) === undefined) await files.copy(key, streamVideo(supervisely, video, signal), signal);
};

/** By where the file lies and its hash, where the server tells; never the whole address, which may carry a signature. */
const versionOf = ({ fullStorageUrl, hash, fileMeta }: Video): string => {
	const path = fullStorageUrl ? new URL(fullStorageUrl, 'http://server').pathname : '';
	return createHash('sha256')
		.update(JSON.stringify([path, hash ?? null, fileMeta?.size ?? null]))
		.digest('hex')
		.slice(0, 16);
};
