import * as z from 'zod';
import { type VideoFacts, videoFacts } from '#shared/estimate/video.ts';
import type { Video } from '#shared/supervisely/remote/api.ts';

/** A video of a listing: what identifies its file, and the server's `facts`; undefined if they are incomplete. */
export type ListedVideo = Pick<Video, 'id' | 'name' | 'fullStorageUrl' | 'hash' | 'fileMeta'> & {
	datasetId: number;
	facts: VideoFacts | undefined;
};

const fileSchema = z.looseObject({
	name: z.string().catch(''),
	fullStorageUrl: z.string().nullish().catch(null),
	hash: z.string().nullish().catch(null),
	fileMeta: z.looseObject({ size: z.unknown() }).nullish().catch(null),
});

/**
 * What is kept of a video while others are listed.
 * @param mostTimecodes if the video has more frame times than this, none of them is kept
 */
export function listedVideo(video: { id: number }, datasetId: number, mostTimecodes: number): ListedVideo {
	const { name, fullStorageUrl, hash, fileMeta } = fileSchema.parse(video);
	const facts = videoFacts(video);
	if (facts && facts.timecodes.length > mostTimecodes) facts.timecodes = [];
	return { id: video.id, datasetId, name, fullStorageUrl, hash, fileMeta: fileMeta && { size: fileMeta.size }, facts };
}
