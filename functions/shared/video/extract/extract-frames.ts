import type { ByteSource } from '../source/byte-source.ts';
import { withoutCutOff } from './cut-off-frames.ts';
import type { DecodePlan, FrameFault, WantedFrame } from './decode-plan.ts';
import { type DecodeRun, fromPlan, fromStart } from './decode-run.ts';
import { decodePictures } from './ffmpeg.ts';
import { ffmpegProgram } from './ffmpeg-program.ts';
import type { ShownPicture } from './messages.ts';
import { NotRandomAccess } from './not-random-access.ts';
import type { VideoPicture } from './picture.ts';
import { byGroup, type Part } from './split-decode-plan.ts';
import { sparseParts, withoutDisposable } from './without-disposable.ts';

export type Frame = VideoPicture & WantedFrame;
type Options = { ffmpegPath: string; signal: AbortSignal };

/**
 * How a decode run ended. `lastError`: the decoder's last error message, empty for none. `damaged`: that error means
 * that later pictures may be damaged. `contradicted`: pictures came in another order, or with other times, than the
 * headers say, so times don't identify them. `falseKey`: a run begins with a picture that needs earlier ones, so what
 * follows may be damaged. `notPlanar`: a picture can't be output as planes.
 */
type Ending = {
	lastError: string;
	damaged?: boolean;
	contradicted?: boolean;
	falseKey?: boolean;
	notPlanar?: boolean;
};

/**
 * Decodes the wanted frames of a plan. A picture is output only when it comes in display order, with the presentation
 * time of its frame, and without a decoder error before it. After an error each group of pictures is decoded by
 * itself, so that only frames behind the damage are lost. Frames missing from the bytes of the plan are decoded from the
 * start of the stream; where headers and decoder contradict each other, they are counted there.
 * @param wanted in the order of their indices, all within the plan
 * @returns after the last frame, the faults; frames may come out of order where a second run was needed
 */
export async function* extractFrames(
	whole: DecodePlan,
	all: WantedFrame[],
	source: ByteSource,
	options: Options,
): AsyncGenerator<Frame, FrameFault[]> {
	const { plan, wanted, faults } = withoutCutOff(whole, all, source.size);
	const left = new Map(wanted.map(frame => [frame.index, frame]));
	const those = () => [...left.values()];
	const isWhole = plan.demuxInput.kind === 'whole';
	const { signal } = options;

	let ending: Ending = { lastError: '' };
	if (left.size > 0) ending = yield* decodePlan(plan, wanted, source, left, options);
	if ((ending.damaged || ending.contradicted || ending.falseKey) && left.size > 0 && !isWhole) {
		for (const part of byGroup(plan, those())) {
			ending = yield* decodePlan(part.plan, part.wanted, source, left, options);
			if (ending.damaged) faults.push(...lose(part.wanted, left, ending.lastError));
			if (ending.contradicted) break;
		}
	}
	if (!ending.contradicted && left.size > 0 && !isWhole)
		ending = yield* decode(await fromStart(plan, those(), source, signal, {}), left, options);
	// No picture has the time of the frame although nothing is damaged: the decoder's times differ from the headers'.
	if (left.size > 0 && !isWhole && !ending.damaged && ending.lastError === '')
		ending = yield* decode(await fromStart(plan, those(), source, signal, { numbered: true }), left, options);
	if (ending.damaged && left.size > 0 && isWhole) {
		const damagedFrames = new Map<WantedFrame, string>();
		const run = await fromStart(plan, those(), source, signal, { pictureByPicture: true });
		ending = yield* decode(run, left, options, damagedFrames);
		for (const [frame, error] of damagedFrames) faults.push(...lose([frame], left, error));
	}
	if (
		left.size > 0 &&
		plan.demuxInput.kind === 'whole' &&
		plan.demuxInput.counted &&
		!ending.damaged &&
		!ending.lastError
	)
		ending = yield* decode(await fromStart(plan, those(), source, signal, { every: true }), left, options);
	for (const { index } of left.values()) {
		const why = ending.lastError ? `: ${ending.lastError}` : '';
		const message = `The decoder outputs no picture for frame ${index}${why}`;
		faults.push({ index, reason: ending.lastError ? 'corrupt' : 'missing', message });
	}
	return faults;
}

const lose = (frames: WantedFrame[], left: Map<number, WantedFrame>, lastError: string): FrameFault[] =>
	frames
		.filter(({ index }) => left.delete(index))
		.map(({ index }) => ({ index, reason: 'corrupt', message: `Frame ${index} is damaged: ${lastError}` }));

/**
 * Decodes the bytes of a plan. Where few frames are wanted, pictures that none of them needs are left out; if that gives
 * no proven picture for a frame, the plan is decoded whole.
 */
const decodePlan = async function* (
	plan: DecodePlan,
	wanted: WantedFrame[],
	source: ByteSource,
	left: Map<number, WantedFrame>,
	options: Options,
): AsyncGenerator<Frame, Ending> {
	const parts = sparseParts(plan, wanted);
	if (parts) yield* decodeSparse(parts, source, left, options);
	const rest = wanted.filter(({ index }) => left.has(index));
	return rest.length === 0 ? { lastError: '' } : yield* decodeWhole(plan, rest, source, left, options);
};

/** Decodes parts without the pictures that aren't needed, up to the first part with a frame that can't be proven. */
const decodeSparse = async function* (
	parts: Part[],
	source: ByteSource,
	left: Map<number, WantedFrame>,
	options: Options,
): AsyncGenerator<Frame, void> {
	const ended = new AbortController();
	const signal = AbortSignal.any([options.signal, ended.signal]);
	const reading = (part: Part | undefined) => {
		const read = part && withoutDisposable(part, source, signal);
		// Awaited later, and not at all if an earlier part has failed.
		read?.catch(() => {});
		return read;
	};
	try {
		let next = reading(parts[0]);
		for (let n = 0; next; n++) {
			const { plan, wanted, source: held } = await next;
			next = reading(parts[n + 1]);
			yield* decodeWhole(plan, wanted, held, left, options);
			if (wanted.some(({ index }) => left.has(index))) return;
		}
	} finally {
		ended.abort();
	}
};

/** Decodes all pictures of a plan: as planes while they allow it, which is half the work, else as RGB. */
const decodeWhole = async function* (
	plan: DecodePlan,
	wanted: WantedFrame[],
	source: ByteSource,
	left: Map<number, WantedFrame>,
	options: Options,
): AsyncGenerator<Frame, Ending> {
	const { signal } = options;
	if (plan.isPlanar && plan.size && (await ffmpegProgram(options.ffmpegPath)).convertsAlike) {
		const run = await fromPlan(plan, wanted, source, signal);
		run.selection.planar = true;
		const ending = yield* decode(run, left, options);
		if (!ending.notPlanar) return ending;
	}
	const rest = wanted.filter(({ index }) => left.has(index));
	return yield* decode(await fromPlan(plan, rest, source, signal), left, options);
};

/**
 * Yields the frames of a decode run and removes them from `left`.
 * @param damagedFrames collects the damaged frames with their errors; without it, decoding stops at the first one
 */
const decode = async function* (
	run: DecodeRun,
	left: Map<number, WantedFrame>,
	options: Options,
	damagedFrames?: Map<WantedFrame, string>,
): AsyncGenerator<Frame, Ending> {
	const pictures = decodePictures({ ...options, input: run.input, ...run.selection });
	const order = orderOf(run);
	let waiting = left.size;
	let passed = 0;
	try {
		for (;;) {
			const { value, done } = await pictures.next();
			// An error before the first picture of a run is known to be a key: it may not be one.
			if (done) return value.damaged && !order.hasKey() ? { lastError: value.lastError, falseKey: true } : value;
			const { shown, picture } = value;
			if (shown.decoderError !== undefined && !damagedFrames)
				return { lastError: shown.decoderError, [order.hasKey() ? 'damaged' : 'falseKey']: true };
			const frame = picture && run.frameOf(shown.pts, passed++);
			const orderError = order.orderErrorOf(shown, picture !== undefined, frame);
			if (orderError) return { lastError: '', [orderError]: true };
			if (!picture || !frame || !left.has(frame.index) || damagedFrames?.has(frame)) continue;
			waiting--;
			if (shown.decoderError !== undefined) damagedFrames?.set(frame, shown.decoderError);
			else {
				left.delete(frame.index);
				yield { ...frame, ...picture };
			}
			if (waiting === 0) return { lastError: '' };
		}
	} catch (error) {
		if (error instanceof NotRandomAccess) return { lastError: '', falseKey: true };
		throw error;
	} finally {
		await pictures.return({ lastError: '', damaged: false });
		run.close();
	}
};

/**
 * Checks each picture against the run: in display order, with a number above the one before, and after a key picture
 * at the beginning of its run.
 */
const orderOf = ({ displayOrder, runStarts, numbered }: DecodeRun) => {
	const starts = new Map(runStarts?.map(start => [start.pts, start]));
	const allowed = new Set<number>();
	let hasKey = runStarts === undefined;
	let position = 0;
	let last = Number.NEGATIVE_INFINITY;
	return {
		/** False while the decoder has not yet flagged a key that it must flag. */
		hasKey: () => hasKey,
		orderErrorOf: (
			{ pts, isKey }: ShownPicture,
			hasLeft: boolean,
			frame: WantedFrame | undefined,
		): 'contradicted' | 'falseKey' | undefined => {
			const start = starts.get(pts);
			if (start && !isKey) return 'falseKey';
			hasKey ||= start !== undefined;
			for (const index of start?.frames ?? []) allowed.add(index);
			if (numbered && pts <= last) return 'contradicted';
			last = pts;
			if (!hasLeft) return undefined;
			if (displayOrder && frame !== displayOrder[position++]) return 'contradicted';
			return frame && runStarts && !allowed.has(frame.index) ? 'falseKey' : undefined;
		},
	};
};
