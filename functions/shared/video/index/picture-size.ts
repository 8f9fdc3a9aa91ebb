import { fromRecipe } from '../extract/attempt.ts';
import { decodePictures } from '../extract/ffmpeg.ts';
import { NotRandomAccess } from '../extract/not-random-access.ts';
import { writeRecipe } from '../extract/write-recipe.ts';
import { planChunks } from '../plan-chunks.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { VideoIndex } from './video-index.ts';

/**
 * Size of a video's first picture, upright, by decoding it: headers are known to tell another, and a stream may change
 * its size on the way. Null when it can't be decoded, with what the decoder complained of, if it did.
 */
export const firstPictureSize = async (
	index: VideoIndex,
	source: ByteSource,
	options: { ffmpegPath: string; signal: AbortSignal },
): Promise<{ size: VideoIndex['pictureSize']; complaint: string }> => {
	const [chunk] = planChunks(index, [0], 1);
	if (!chunk) return { size: null, complaint: '' };
	const wanted = [{ index: 0, pts: index.pts[index.shown[0] as number] as number }];
	const attempt = await fromRecipe(writeRecipe(index, chunk.runs), wanted, source, options.signal);
	try {
		const pictures = decodePictures({ ...options, input: attempt.input, ...attempt.selection });
		for (;;) {
			const { value, done } = await pictures.next();
			if (done) return { size: null, complaint: value.complaint };
			const { picture } = value;
			if (!picture) continue;
			await pictures.return({ complaint: '', troubled: false });
			return { size: { width: picture.width, height: picture.height }, complaint: '' };
		}
	} catch (error) {
		if (error instanceof NotRandomAccess) return { size: null, complaint: '' };
		throw error;
	} finally {
		attempt.close();
	}
};
