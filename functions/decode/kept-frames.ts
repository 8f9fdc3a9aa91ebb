import { at } from '#shared/at.ts';
import type { ChunkQuality } from '#shared/sampling/frame-quality.ts';
import { recyclePixels } from '#shared/video/extract/picture.ts';
import type { Frame } from '#shared/video/extract/run-decoder.ts';
import { scorePicture } from '#shared/video/picture/encode.ts';
import type { Scores } from '#shared/video/picture/scores.ts';
import type { QualityFilter, ScoredFrame, Verdict } from './quality-filter.ts';

/** Decodes some frames of a chunk. */
export type Extract<Wanted, Lost> = (wanted: Wanted[]) => AsyncGenerator<Frame, Lost[]>;

/** The scores of a frame without its picture. */
export type FrameScores = Omit<Scores, 'cells'>;

/** Told about each frame, once. */
export type OnVerdict = (verdict: Verdict, scores: FrameScores) => void;

/**
 * The frames of a chunk that its quality rules keep. Frames are scored as they are decoded, a few at a time, and only
 * those are held whose verdict is open. Where frames come late or not at all, so that no verdict could be certain, the
 * rest of the chunk is decoded twice: to score it, and for what is kept.
 * @param wanted all frames of the chunk, in order
 * @param concurrency pictures being scored at the same time
 * @returns the faults of the extraction
 */
export async function* keptFrames<Wanted extends { index: number }, Lost>(
	extract: Extract<Wanted, Lost>,
	wanted: Wanted[],
	quality: Pick<ChunkQuality, 'labelled' | 'windows'>,
	filter: QualityFilter,
	{ concurrency, onVerdict }: { concurrency: number; onVerdict: OnVerdict },
): AsyncGenerator<Frame, Lost[]> {
	const labelled = new Set(quality.labelled);
	const scoresOf = new Map<number, FrameScores>();
	const scored = (position: number, scores: FrameScores): ScoredFrame => {
		const { index } = at(wanted, position);
		scoresOf.set(index, scores);
		return { index, window: quality.windows[position] ?? position, isLabelled: labelled.has(index), scores };
	};
	/** Frames whose verdict is open. */
	const open = new Map<number, Frame>();
	const settle = function* (verdicts: Verdict[]): Generator<Frame> {
		for (const verdict of verdicts) {
			onVerdict(verdict, scoresOf.get(verdict.index) as FrameScores);
			scoresOf.delete(verdict.index);
			const frame = open.get(verdict.index);
			open.delete(verdict.index);
			if (!frame) continue;
			if (verdict.verdict === 'kept') yield frame;
			else recyclePixels(frame.bytes);
		}
	};

	const scoring: Promise<FrameScores>[] = [];
	let position = 0;
	const takeScored = async (): Promise<Verdict[]> =>
		filter.add(scored(position++, await at(scoring, 0).finally(() => scoring.shift())));
	const frames = extract(wanted);
	let ended: { lost: Lost[] } | undefined;
	try {
		while (position + scoring.length < wanted.length) {
			const { value, done } = await frames.next();
			if (done) {
				ended = { lost: value };
				break;
			}
			if (value.index !== at(wanted, position + scoring.length).index) {
				recyclePixels(value.bytes);
				break;
			}
			open.set(value.index, value);
			const scores = scorePicture(value).then(({ cells, ...rest }) => rest);
			// Avoids unhandledRejection; the error is thrown when the scores are awaited.
			scores.catch(() => {});
			scoring.push(scores);
			if (scoring.length >= concurrency) yield* settle(await takeScored());
		}
		while (scoring.length > 0) yield* settle(await takeScored());
		if (position === wanted.length) {
			yield* settle(filter.end());
			return ended?.lost ?? (await drain(frames));
		}
	} finally {
		await frames.return([]);
	}

	// The rest: scored first, then decoded again.
	const rest = wanted.slice(position);
	const found = new Map<number, FrameScores>();
	const first = extract(rest);
	let lost: Lost[];
	try {
		for (;;) {
			const { value, done } = await first.next();
			if (done) {
				lost = value;
				break;
			}
			const { cells, ...scores } = await scorePicture(value);
			recyclePixels(value.bytes);
			found.set(value.index, scores);
		}
	} finally {
		await first.return([]);
	}
	const kept = new Set<number>();
	const decide = function* (verdicts: Verdict[]): Generator<Frame> {
		for (const { index, verdict } of verdicts) if (verdict === 'kept' && !open.has(index)) kept.add(index);
		yield* settle(verdicts);
	};
	for (const [n, { index }] of rest.entries()) {
		const scores = found.get(index);
		if (scores) yield* decide(filter.add(scored(position + n, scores)));
	}
	yield* decide(filter.end());
	if (kept.size === 0) return lost;
	const again = yield* extract(rest.filter(({ index }) => kept.has(index)));
	return [...lost, ...again];
}

/** Reads to the end. */
const drain = async <Lost>(frames: AsyncGenerator<Frame, Lost[]>): Promise<Lost[]> => {
	for (;;) {
		const { value, done } = await frames.next();
		if (done) return value;
		recyclePixels(value.bytes);
	}
};
