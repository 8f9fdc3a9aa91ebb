import { messageOf, PermanentError } from '../errors.ts';
import type { FrameFault } from './extract/decode-plan.ts';
import { extractFrames } from './extract/extract-frames.ts';
import { makeDecodePlan } from './extract/make-decode-plan.ts';
import type { Frame } from './extract/run-decoder.ts';
import type { VideoIndex } from './index/video-index.ts';
import { planChunks } from './plan-chunks.ts';
import type { ByteSource } from './source/byte-source.ts';

export type ReadFault = Omit<FrameFault, 'reason'> & { reason: string };

/**
 * Reads frames of a video chunk by chunk, in order, except for frames that need a second run. Times are presentation
 * times in ticks of the index's time base.
 * @param options.framesPerChunk,cut see `planChunks`
 * @param options.onFaults given the faults of a chunk after its frames and before those of the next one
 * @param selection frame indices in ascending order, below `index.shown.length`
 * @returns after the last frame, the faults
 */
export async function* readFrames(
	source: ByteSource,
	index: VideoIndex,
	selection: number[],
	options: {
		ffmpegPath: string;
		signal: AbortSignal;
		framesPerChunk: number;
		cut?: 'at-keys' | 'anywhere';
		onFaults?: (faults: ReadFault[]) => void;
	},
): AsyncGenerator<Frame, ReadFault[]> {
	const faults: ReadFault[] = [];
	for (const chunk of planChunks(index, selection, options.framesPerChunk, options.cut)) {
		const decodePlan = makeDecodePlan(index, chunk.runs);
		const wanted = chunk.frames.map(frame => ({
			index: frame,
			pts: index.pts[index.shown[frame] as number] as number,
		}));
		const given = new Set<number>();
		const before = faults.length;
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
		options.onFaults?.(faults.slice(before));
	}
	return faults;
}
