import { PermanentError } from '../../errors.ts';
import type { ByteSource } from '../../video/source/byte-source.ts';
import { type HttpSourceOptions, openHttp, streamWhole } from '../../video/source/http-source.ts';
import type { SuperviselyApi, Video } from './api.ts';

/**
 * Opens the file of a video at the address under which the server is reached: an instance often uses another host name
 * for itself.
 * @param head bytes to read with the first request
 * @throws PermanentError `not-found` when the server has no file of it
 */
export async function openVideo(supervisely: SuperviselyApi, video: StoredVideo, head = 0): Promise<ByteSource> {
	return openHttp({ ...whereIs(supervisely, video), head });
}

/** Streams the whole file, for servers without byte ranges. */
export function streamVideo(
	supervisely: SuperviselyApi,
	video: StoredVideo,
	signal: AbortSignal,
): AsyncIterable<Uint8Array> {
	return streamWhole(whereIs(supervisely, video), signal);
}

/** The location of a video file. */
export type StoredVideo = Pick<Video, 'fullStorageUrl'>;

export function whereIs(supervisely: SuperviselyApi, video: StoredVideo): HttpSourceOptions {
	if (!video.fullStorageUrl)
		throw new PermanentError('not-found', 'The server has no file of this video (fullStorageUrl)');
	const stored = new URL(video.fullStorageUrl, supervisely.server);
	return { url: new URL(stored.pathname + stored.search, supervisely.server), headers: supervisely.fileHeaders };
}
