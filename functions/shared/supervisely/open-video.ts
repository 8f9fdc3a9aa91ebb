import { PermanentError } from '../errors.ts';
import type { ByteSource } from '../video/source/byte-source.ts';
import { type HttpSourceOptions, openHttp, streamWhole } from '../video/source/http-source.ts';
import type { SuperviselyApi, Video } from './api.ts';

/**
 * Opens a video's file where the server keeps it, on the address under which the server was reached: an instance often
 * knows itself by another name than the one that leads to it.
 * @throws PermanentError `not-found` when the server has no file of it
 */
export const openVideo = async (supervisely: SuperviselyApi, video: StoredVideo): Promise<ByteSource> =>
	openHttp(whereIs(supervisely, video));

/** The same file from its first byte to its last, for servers that give no parts. */
export const streamVideo = (
	supervisely: SuperviselyApi,
	video: StoredVideo,
	signal: AbortSignal,
): AsyncIterable<Uint8Array> => streamWhole(whereIs(supervisely, video), signal);

/** Of a video, what its file is found by. */
export type StoredVideo = Pick<Video, 'fullStorageUrl'>;

export const whereIs = (supervisely: SuperviselyApi, video: StoredVideo): HttpSourceOptions => {
	if (!video.fullStorageUrl)
		throw new PermanentError('not-found', 'The server has no file of this video (fullStorageUrl)');
	const stored = new URL(video.fullStorageUrl, supervisely.server);
	return { url: new URL(stored.pathname + stored.search, supervisely.server), headers: supervisely.fileHeaders };
};
