import { messageOf, PermanentError } from '../errors.ts';
import { extractFrames, type Frame, type FrameFault } from './extract/extract-frames.ts';
import { makeDecodePlan } from './extract/make-decode-plan.ts';
import type { VideoIndex } from './index/video-index.ts';
import { planChunks } from './plan-chunks.ts';
import type { ByteSource } from './source/byte-source.ts';

export type ReadFault = Omit<FrameFault, 'reason'> & { reason: string };

/**
 * Reads frames of a video one chunk after another, in order, except where a frame needs a second try. Their times are
 * presentation times, in ticks of the index's time base.
 * @param options.framesPerChunk,cut as `planChunks` takes them
 * @param selection frame indices in rising order, below `index.shown.length`
 * @param framesPerChunk frames of one chunk, where its key frames allow
 * @returns after the last frame, those that could not be had
 */
export const readFrames = async function* (
	source: ByteSource,
	index: VideoIndex,
	selection: number[],
	options: { ffmpegPath: string; signal: AbortSignal; framesPerChunk: number; cut?: 'at-keys' | 'anywhere' },
): AsyncGenerator<Frame, ReadFault[]> {
	const faults: ReadFault[] = [];
	for (const chunk of planChunks(index, selection, options.framesPerChunk, options.cut)) {
		const decodePlan = makeDecodePlan(index, chunk.runs);
		const wanted = chunk.frames.map(frame => ({
			index: frame,
			pts: index.pts[index.shown[frame] as number] as number,
		}));
		const given = new Set<number>();
		const frames = extractFrames(decodePlan, wanted, source, options);
		try {
			for (;;) {
				const { value, done } = await frames.next();
				if (done) {
					faults.push(...value);
					break;
				}
				given.add(value.index);
				yield { ...value, pts: value.pts + index.timeOffset };
			}
		} catch (error) {
			if (!(error instanceof PermanentError)) throw error;
			const { reason } = error;
			const missing = wanted.filter(frame => !given.has(frame.index));
			faults.push(...missing.map(frame => ({ index: frame.index, reason, message: messageOf(error) })));
		} finally {
			await frames.return([]);
		}
	}
	return faults;
};
