import { PermanentError } from '../errors.ts';
import type { ByteSource } from '../video/source/byte-source.ts';
import { openHttp } from '../video/source/http-source.ts';
import type { SuperviselyApi, Video } from './api.ts';

/**
 * Opens a video's file where the server keeps it, on the address under which the server was reached: an instance often
 * knows itself by another name than the one that leads to it.
 * @throws PermanentError `not-found` when the server has no file of it
 */
export const openVideo = (supervisely: SuperviselyApi, video: Pick<Video, 'fullStorageUrl'>): Promise<ByteSource> => {
	if (!video.fullStorageUrl)
		throw new PermanentError('not-found', 'The server has no file of this video (fullStorageUrl)');
	const stored = new URL(video.fullStorageUrl, supervisely.server);
	return openHttp({
		url: new URL(stored.pathname + stored.search, supervisely.server),
		headers: supervisely.fileHeaders,
	});
};
