import type { DropReason, FrameQuality } from '#shared/sampling/frame-quality.ts';
import { hashDistance, type Scores } from '#shared/video/picture/scores.ts';

/** A frame with its scores. `window`: the number of its window; the frames of a window follow each other. */
export type ScoredFrame = { index: number; window: number; isLabelled: boolean; scores: Omit<Scores, 'cells'> };

/** Whether a frame is kept, or why it is dropped. */
export type Verdict = { index: number; verdict: 'kept' | DropReason };

/**
 * Decides which frames are kept. Frames are added in order, and each is decided as early as possible: at most the
 * sharpest frame of the last window is undecided. The result depends on nothing but the frames.
 * @param lastHash hash of the last frame that was kept in the previous chunk
 */
export function makeQualityFilter(
	{ sharpestOf, dropNearDuplicates, minSharpness, minBrightness, maxBrightness }: Omit<FrameQuality, 'evenLabelled'>,
	lastHash?: string,
) {
	let last = lastHash;
	let window: number | undefined;
	/** Largest sharpness in the window; and the frame that has it, unless that is labelled. */
	let largest = Number.NEGATIVE_INFINITY;
	let sharpest: ScoredFrame | undefined;
	/** Labelled frames of the window, which are kept. */
	let labelled: ScoredFrame[] = [];

	const reasonAgainst = ({ sharpness, brightness }: ScoredFrame['scores']): DropReason | undefined => {
		if (minSharpness !== undefined && sharpness < minSharpness) return 'blurred';
		if (minBrightness !== undefined && brightness < minBrightness) return 'dark';
		if (maxBrightness !== undefined && brightness > maxBrightness) return 'bright';
		return undefined;
	};
	const isNearDuplicate = ({ scores }: ScoredFrame): boolean =>
		dropNearDuplicates !== undefined &&
		last !== undefined &&
		hashDistance(last, scores.hash) <= dropNearDuplicates.distance;

	/** Ends the window: its sharpest frame is compared with the one kept before it. */
	const endWindow = (): Verdict[] => {
		const verdicts: Verdict[] = [];
		const chosen = [...labelled, ...(sharpest ? [sharpest] : [])].sort((a, b) => a.index - b.index);
		for (const frame of chosen) {
			if (frame === sharpest) {
				const isDropped = isNearDuplicate(frame);
				verdicts.push({ index: frame.index, verdict: isDropped ? 'nearDuplicate' : 'kept' });
				if (isDropped) continue;
			}
			last = frame.scores.hash;
		}
		[labelled, largest, sharpest] = [[], Number.NEGATIVE_INFINITY, undefined];
		return verdicts;
	};

	/** Adds a frame to the window. */
	const place = (frame: ScoredFrame): Verdict[] => {
		const { index, isLabelled, scores } = frame;
		const reason = isLabelled ? undefined : reasonAgainst(scores);
		if (reason) return [{ index, verdict: reason }];
		const isSharpest = scores.sharpness > largest;
		const outdone: Verdict[] = isSharpest && sharpest ? [{ index: sharpest.index, verdict: 'lessSharp' }] : [];
		if (isSharpest) [largest, sharpest] = [scores.sharpness, isLabelled ? undefined : frame];
		if (!isLabelled) return isSharpest ? outdone : [{ index, verdict: 'lessSharp' }];
		labelled.push(frame);
		return [...outdone, { index, verdict: 'kept' }];
	};

	return {
		/** The frames that this frame decides. */
		add: (frame: ScoredFrame): Verdict[] => {
			const verdicts = window === frame.window && sharpestOf !== undefined ? [] : endWindow();
			window = frame.window;
			verdicts.push(...place(frame));
			if (sharpestOf === undefined) verdicts.push(...endWindow());
			return verdicts;
		},
		/** The frames still undecided, after all frames. */
		end: endWindow,
		/** The hash of the frame that was kept last, after `end`. */
		lastHash: () => last,
	};
}

export type QualityFilter = ReturnType<typeof makeQualityFilter>;
