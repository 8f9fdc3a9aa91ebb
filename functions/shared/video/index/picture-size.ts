import { fromPlan } from '../extract/decode-run.ts';
import { decodePictures } from '../extract/ffmpeg.ts';
import { makeDecodePlan } from '../extract/make-decode-plan.ts';
import { planChunks } from '../plan-chunks.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { NotRandomAccess } from './needs-decoding.ts';
import type { VideoIndex } from './video-index.ts';

/** `isPlanar`: the picture can be output as planes. */
type FirstPicture = { size: VideoIndex['pictureSize']; isPlanar: boolean; lastError: string };

/**
 * Size of the first picture, upright, by decoding it: headers can be wrong, and the size may change within a stream. Null
 * if it can't be decoded, with the decoder's last error, if any.
 */
export async function firstPictureSize(
	index: VideoIndex,
	source: ByteSource,
	options: { ffmpegPath: string; signal: AbortSignal },
): Promise<FirstPicture> {
	const [chunk] = planChunks(index, [0], 1);
	if (!chunk) return { size: null, isPlanar: false, lastError: '' };
	const wanted = [{ index: 0, pts: index.pts[index.shown[0] as number] as number }];
	const run = await fromPlan(makeDecodePlan(index, chunk.runs), wanted, source, options.signal);
	try {
		const pictures = decodePictures({ ...options, input: run.input, ...run.selection });
		for (;;) {
			const { value, done } = await pictures.next();
			if (done) return { size: null, isPlanar: false, lastError: value.lastError };
			const { picture, shown } = value;
			if (!picture) continue;
			await pictures.return({ lastError: '', damaged: false });
			const { width, height } = picture;
			const isPlanar = shown.planes !== undefined && width % 2 === 0 && height % 2 === 0;
			return { size: { width, height }, isPlanar, lastError: '' };
		}
	} catch (error) {
		if (error instanceof NotRandomAccess) return { size: null, isPlanar: false, lastError: '' };
		throw error;
	} finally {
		run.close();
	}
}
