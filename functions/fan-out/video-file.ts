import { leasePatienceMs, underLease } from '#shared/aws/lease.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import { readStoredIndex, type VideoFile, versionOf, videoFileSchema } from '#shared/sampling/stored-index.ts';
import type { StateStore } from '#shared/state-store.ts';
import type { Video } from '#shared/supervisely/remote/api.ts';
import { openVideo, streamVideo } from '#shared/supervisely/remote/open-video.ts';
import { type Checkpoint, passStateSchema } from '#shared/video/index/demux/pass-state.ts';
import { writeIndex } from '#shared/video/index/index-document.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import type { ByteSource } from '#shared/video/source/byte-source.ts';
import { NoRanges } from '#shared/video/source/http-source.ts';
import type { FanOutPorts } from './ports.ts';

/** Bytes of a file that are read first. With fewer, most indexes would take more requests, one after the other. */
const headBytes = 128 * 1024;

/** The index of a video file. Made once and stored, so that later samplings don't read the file again. */
export async function indexOf(ports: FanOutPorts, at: Attempt, video: Video, signal: AbortSignal): Promise<VideoFile> {
	const { store } = ports;
	const kept = await readStoredIndex(store, video);
	if (kept) return kept;
	const version = versionOf(video);
	const { source, inParts } = await openFile(ports, { at, video, version }, signal);
	const { ffmpegPath, passUntil } = ports;
	const part = keys.videoIndexPart(video.id, version);
	const checkpoint = passUntil === undefined ? {} : { checkpoint: checkpointIn(store, part, passUntil) };
	const index = await indexVideo(source, { ffmpegPath, signal, ...checkpoint });
	await store.write(
		keys.videoIndex(video.id, version),
		videoFileSchema.encode({ schema: 1, inParts, index: writeIndex(index) }),
	);
	return { version, inParts, index };
}

/** Stores the state of an unfinished pass next to the index. */
const checkpointIn = (store: StateStore, key: string, until: number): Checkpoint => ({
	isDue: () => Date.now() > until,
	load: () => readDocument(store, key, passStateSchema),
	save: state => store.write(key, passStateSchema.encode(state)),
});

/**
 * The key of the copy that chunks read; null when they read the original file. A file without an index in its header
 * is read from its start for every chunk, so it is copied once when there are several chunks.
 */
export async function copyFor(
	ports: FanOutPorts,
	at: Attempt,
	video: Video,
	{ index, inParts, version }: VideoFile,
	chunks: number,
	signal: AbortSignal,
): Promise<string | null> {
	if (inParts && (index.container.kind !== 'whole' || chunks < 2)) return null;
	return copyOnce(ports, { at, video, version }, signal);
}

/** A version of a video's file that an attempt copies. */
type Copied = { at: Attempt; video: Video; version: string };

/** Opens a file whose index is known. */
export async function openKnownFile(
	ports: FanOutPorts,
	copied: Copied,
	{ inParts }: Pick<VideoFile, 'inParts'>,
	signal: AbortSignal,
): Promise<ByteSource> {
	return inParts ? openVideo(ports.supervisely, copied.video) : ports.files.open(await copyOnce(ports, copied, signal));
}

/** Opens the original file, or a copy when the server has no byte ranges. */
const openFile = async (ports: FanOutPorts, copied: Copied, signal: AbortSignal) => {
	try {
		return { source: await openVideo(ports.supervisely, copied.video, headBytes), inParts: true };
	} catch (error) {
		if (!(error instanceof NoRanges)) throw error;
		const key = await copyOnce(ports, copied, signal);
		return { source: await ports.files.open(key), inParts: false };
	}
};

/** Copies a file unless there is a copy. @returns its key */
const copyOnce = async (
	{ store, files, supervisely, leaseMs }: FanOutPorts,
	{ at, video, version }: Copied,
	signal: AbortSignal,
): Promise<string> => {
	const key = keys.videoCopy(video.id, version);
	const lease = { ms: leaseMs, patienceMs: leasePatienceMs };
	// Whoever removes a copy without users does so under the same lease.
	const isThere = await underLease(store, keys.copyLease(video.id, version), lease, async () => {
		await store.create(keys.usedCopy(at, video.id, version), { schema: 1 });
		await store.create(keys.copyUser(at, video.id, version), { schema: 1 });
		return (await files.size(key)) !== undefined;
	});
	if (!isThere) await files.copy(key, streamVideo(supervisely, video, signal), signal);
	return key;
};
