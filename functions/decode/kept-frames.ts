import { at } from '#shared/at.ts';
import type { ChunkQuality } from '#shared/sampling/frame-quality.ts';
import { recyclePixels } from '#shared/video/extract/picture.ts';
import type { Frame } from '#shared/video/extract/run-decoder.ts';
import { scorePicture } from '#shared/video/picture/encode.ts';
import type { Scores } from '#shared/video/picture/scores.ts';
import type { QualityFilter, Verdict } from './quality-filter.ts';

/** Decodes some frames of a chunk. */
export type Extract<Wanted, Lost> = (wanted: Wanted[]) => AsyncGenerator<Frame, Lost[]>;

/** The scores of a frame without its picture. */
export type FrameScores = Omit<Scores, 'cells'>;

/** Called once for each frame. */
export type OnVerdict = (verdict: Verdict, scores: FrameScores) => void;

/**
 * The frames of a chunk that its quality rules keep. Frames are scored as they are decoded, a few at a time, and only
 * undecided ones are held in memory. If a frame comes late or not at all, the frames after it can't be decided in order,
 * so the rest of the chunk is decoded twice: once to score it, and once more for the kept frames.
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
	const decisions = makeDecisions(wanted, quality, filter, onVerdict);
	const { position, lost } = yield* keepAsDecoded(extract, wanted, decisions, concurrency);
	return lost ?? (yield* scoreThenDecode(extract, wanted, position, decisions));
}

/** A frame that is kept; without its picture, if that was not held. */
type Kept = { index: number; frame: Frame | undefined };

type Decisions = {
	/** Holds the picture of a frame until it is decided. */
	hold(frame: Frame): void;
	/** Adds the scores of the frame at this position of the wanted ones. Returns the frames that are now certain to be kept. */
	add(position: number, scores: FrameScores): Kept[];
	/** The last kept frames, after the scores of all frames were added. */
	end(): Kept[];
};

const makeDecisions = (
	wanted: { index: number }[],
	{ labelled, windows }: Pick<ChunkQuality, 'labelled' | 'windows'>,
	filter: QualityFilter,
	onVerdict: OnVerdict,
): Decisions => {
	const isLabelled = new Set(labelled);
	const scoresOf = new Map<number, FrameScores>();
	const held = new Map<number, Frame>();
	const keptOf = (verdicts: Verdict[]): Kept[] =>
		verdicts.flatMap(verdict => {
			const { index } = verdict;
			onVerdict(verdict, scoresOf.get(index) as FrameScores);
			scoresOf.delete(index);
			const frame = held.get(index);
			held.delete(index);
			if (verdict.verdict === 'kept') return [{ index, frame }];
			if (frame) recyclePixels(frame.bytes);
			return [];
		});
	return {
		hold: frame => void held.set(frame.index, frame),
		add: (position, scores) => {
			const { index } = at(wanted, position);
			scoresOf.set(index, scores);
			const window = windows[position] ?? position;
			return keptOf(filter.add({ index, window, isLabelled: isLabelled.has(index), scores }));
		},
		end: () => keptOf(filter.end()),
	};
};

/**
 * Scores frames as they are decoded, and holds undecided ones. Ends early where one is late or missing.
 * @returns how many frames were scored; and if all were, the faults of the extraction
 */
async function* keepAsDecoded<Wanted extends { index: number }, Lost>(
	extract: Extract<Wanted, Lost>,
	wanted: Wanted[],
	decisions: Decisions,
	concurrency: number,
): AsyncGenerator<Frame, { position: number; lost?: Lost[] }> {
	const scoring: Promise<FrameScores>[] = [];
	let position = 0;
	const takeScored = async (): Promise<Frame[]> => {
		const scores = await at(scoring, 0).finally(() => scoring.shift());
		return pictures(decisions.add(position++, scores));
	};
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
			decisions.hold(value);
			const scores = scorePicture(value).then(({ cells, ...rest }) => rest);
			// Avoids unhandledRejection; the error is thrown when the scores are awaited.
			scores.catch(() => {});
			scoring.push(scores);
			if (scoring.length >= concurrency) yield* await takeScored();
		}
		while (scoring.length > 0) yield* await takeScored();
		if (position < wanted.length) return { position };
		yield* pictures(decisions.end());
		return { position, lost: ended?.lost ?? (await drain(frames)) };
	} finally {
		await frames.return([]);
	}
}

/** The pictures of the kept frames that were held. */
const pictures = (kept: Kept[]): Frame[] => kept.flatMap(({ frame }) => frame ?? []);

/** Scores the frames from this position on, then decodes the kept ones again. */
async function* scoreThenDecode<Wanted extends { index: number }, Lost>(
	extract: Extract<Wanted, Lost>,
	wanted: Wanted[],
	position: number,
	decisions: Decisions,
): AsyncGenerator<Frame, Lost[]> {
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
	const again = new Set<number>();
	const takeHeld = (kept: Kept[]): Frame[] => {
		for (const { index, frame } of kept) if (!frame) again.add(index);
		return pictures(kept);
	};
	for (const [n, { index }] of rest.entries()) {
		const scores = found.get(index);
		if (scores) yield* takeHeld(decisions.add(position + n, scores));
	}
	yield* takeHeld(decisions.end());
	if (again.size === 0) return lost;
	return [...lost, ...(yield* extract(rest.filter(({ index }) => again.has(index))))];
}

/** Discards the remaining frames. Returns the faults of the extraction. */
const drain = async <Lost>(frames: AsyncGenerator<Frame, Lost[]>): Promise<Lost[]> => {
	for (;;) {
		const { value, done } = await frames.next();
		if (done) return value;
		recyclePixels(value.bytes);
	}
};
