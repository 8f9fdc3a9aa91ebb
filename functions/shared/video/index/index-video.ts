import type { ByteSource } from '../source/byte-source.ts';
import { containerOf, signatureBytes } from './container.ts';
import { indexByDecoding } from './decoded-index.ts';
import { indexMatroska } from './matroska-index.ts';
import { indexMp4 } from './mp4-index.ts';
import { NeedsDecoding } from './needs-decoding.ts';
import { firstPictureSize } from './picture-size.ts';
import { hidesReordering } from './reordering-probe.ts';
import type { VideoIndex } from './video-index.ts';

/**
 * Builds the index of a video from what the file itself says it is; its name is not asked. MP4, MOV, Matroska and WebM
 * are indexed from their headers. What has no headers that tell, or contradicts itself, is decoded once instead.
 * @throws PermanentError `corrupt` or `unsupported`
 */
export const indexVideo = async (
	source: ByteSource,
	options: { ffmpegPath: string; signal: AbortSignal },
): Promise<VideoIndex> => {
	const container = containerOf(await source.read(0, signatureBytes));
	if (container !== 'mov' && container !== 'matroska') return indexByDecoding(source, container, options);
	let index: VideoIndex;
	try {
		index = container === 'mov' ? await indexMp4(source) : await indexMatroska(source);
	} catch (error) {
		if (!(error instanceof NeedsDecoding)) throw error;
		return indexByDecoding(source, container, options, [error.message]);
	}
	const doubt = (await hidesReordering(index, source, options))
		? 'The file has no composition times, so pictures are counted'
		: whyNotNumbered(index);
	if (doubt) return indexByDecoding(source, container, options, [...index.notes, doubt]);
	return { ...index, pictureSize: await firstPictureSize(index, source, options) };
};

/** Why presentation times can't number the pictures; undefined when they can. */
const whyNotNumbered = ({ pts, shown }: VideoIndex): string | undefined => {
	if (shown.length === 0) return 'No picture lies within the edit list';
	for (let at = 1; at < shown.length; at++) {
		if (pts[shown[at] as number] === pts[shown[at - 1] as number])
			return 'Pictures share a presentation time, so they are counted';
	}
	return undefined;
};
