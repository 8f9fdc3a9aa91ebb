import { fromRecipe } from '../extract/attempt.ts';
import { decodePictures } from '../extract/ffmpeg.ts';
import { NotRandomAccess } from '../extract/random-access.ts';
import { writeRecipe } from '../extract/write-recipe.ts';
import { planChunks } from '../plan-chunks.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { VideoIndex } from './video-index.ts';

/**
 * Size of a video's first picture, upright, by decoding it: headers are known to tell another, and a stream may change
 * its size on the way. Null when it can't be decoded.
 */
export const firstPictureSize = async (
	index: VideoIndex,
	source: ByteSource,
	options: { ffmpegPath: string; signal: AbortSignal },
): Promise<VideoIndex['pictureSize']> => {
	const [chunk] = planChunks(index, [0], 1);
	if (!chunk) return null;
	const wanted = [{ index: 0, pts: index.pts[index.shown[0] as number] as number }];
	const attempt = await fromRecipe(writeRecipe(index, chunk.runs), wanted, source, options.signal);
	try {
		for await (const { width, height } of decodePictures({ ...options, input: attempt.input, ...attempt.selection }))
			return { width, height };
		return null;
	} catch (error) {
		if (error instanceof NotRandomAccess) return null;
		throw error;
	} finally {
		attempt.close();
	}
};
