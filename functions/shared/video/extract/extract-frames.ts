import type { ByteSource } from '../source/byte-source.ts';
import { type Attempt, fromRecipe, fromStart } from './attempt.ts';
import { withoutCutOff } from './cut-off-frames.ts';
import { decodePictures } from './ffmpeg.ts';
import { ffmpegProgram } from './ffmpeg-program.ts';
import type { ShownPicture } from './messages.ts';
import { NotRandomAccess } from './not-random-access.ts';
import type { VideoPicture } from './picture.ts';
import type { Recipe, WantedFrame } from './recipe.ts';
import { byGroup } from './sub-recipe.ts';

export type Frame = VideoPicture & WantedFrame;
export type FrameFault = { index: number; reason: 'missing' | 'corrupt' | 'unproven'; message: string };
type Options = { ffmpegPath: string; signal: AbortSignal };

/**
 * How an attempt ended. `troubled`: the decoder complained, so what it would show next isn't trusted. `contradicted`: it
 * showed pictures in another order, or with other times, than the headers say, so times don't tell which is which.
 * `falseKey`: a run begins with a picture that needs others, so that what follows can't be trusted. `notPlanar`: a
 * picture was met that can't leave as planes.
 */
type Ending = {
	complaint: string;
	troubled?: boolean;
	contradicted?: boolean;
	falseKey?: boolean;
	notPlanar?: boolean;
};

/**
 * Decodes the wanted frames of a recipe. A picture is given out only when it is shown at its turn, with the presentation
 * time of the frame, and the decoder has not complained before it. Where it has, each group of pictures is decoded
 * by itself, so that only what is really behind the damage is lost. Frames that the bytes of the recipe don't show are
 * looked for in the whole stream from its start; where headers and decoder contradict each other, they are counted there.
 * @param wanted in the order of their indices, all within the recipe
 * @returns after the last frame, those that could not be had; frames may come out of order where a second try was needed
 */
export const extractFrames = async function* (
	whole: Recipe,
	all: WantedFrame[],
	source: ByteSource,
	options: Options,
): AsyncGenerator<Frame, FrameFault[]> {
	const { recipe, wanted, faults } = withoutCutOff(whole, all, source.size);
	const left = new Map(wanted.map(frame => [frame.index, frame]));
	const those = () => [...left.values()];
	const isWhole = recipe.feed.kind === 'whole';
	const { signal } = options;

	let ending: Ending = { complaint: '' };
	if (left.size > 0) ending = yield* decodeRecipe(recipe, wanted, source, left, options);
	if ((ending.troubled || ending.contradicted || ending.falseKey) && left.size > 0 && !isWhole) {
		for (const part of byGroup(recipe, those())) {
			ending = yield* decodeRecipe(part.recipe, part.wanted, source, left, options);
			if (ending.troubled) faults.push(...lose(part.wanted, left, ending.complaint));
			if (ending.contradicted) break;
		}
	}
	if (!ending.contradicted && left.size > 0 && !isWhole)
		ending = yield* decode(await fromStart(recipe, those(), source, signal, {}), left, options);
	// What no time finds, though nothing is damaged, has other times for the decoder than the headers say.
	if (left.size > 0 && !isWhole && !ending.troubled && ending.complaint === '')
		ending = yield* decode(await fromStart(recipe, those(), source, signal, { numbered: true }), left, options);
	if (ending.troubled && left.size > 0 && isWhole) {
		const doubted = new Map<WantedFrame, string>();
		const attempt = await fromStart(recipe, those(), source, signal, { inTurn: true });
		ending = yield* decode(attempt, left, options, doubted);
		for (const [frame, doubt] of doubted) faults.push(...lose([frame], left, doubt));
	}
	if (left.size > 0 && recipe.feed.kind === 'whole' && recipe.feed.counted && !ending.troubled && !ending.complaint)
		ending = yield* decode(await fromStart(recipe, those(), source, signal, { every: true }), left, options);
	for (const { index } of left.values()) {
		const why = ending.complaint ? `: ${ending.complaint}` : '';
		const message = `The decoder shows no picture for frame ${index}${why}`;
		faults.push({ index, reason: ending.complaint ? 'corrupt' : 'missing', message });
	}
	return faults;
};

const lose = (frames: WantedFrame[], left: Map<number, WantedFrame>, complaint: string): FrameFault[] =>
	frames
		.filter(({ index }) => left.delete(index))
		.map(({ index }) => ({ index, reason: 'corrupt', message: `Frame ${index} is damaged: ${complaint}` }));

/** Decodes the bytes of a recipe: as planes as long as pictures can leave so, which is half the work, else as RGB. */
const decodeRecipe = async function* (
	recipe: Recipe,
	wanted: WantedFrame[],
	source: ByteSource,
	left: Map<number, WantedFrame>,
	options: Options,
): AsyncGenerator<Frame, Ending> {
	const { signal } = options;
	if (recipe.isPlanar && recipe.size && (await ffmpegProgram(options.ffmpegPath)).convertsAlike) {
		const attempt = await fromRecipe(recipe, wanted, source, signal);
		attempt.selection.planar = true;
		const ending = yield* decode(attempt, left, options);
		if (!ending.notPlanar) return ending;
	}
	const rest = wanted.filter(({ index }) => left.has(index));
	return yield* decode(await fromRecipe(recipe, rest, source, signal), left, options);
};

/**
 * Gives frames as an attempt shows them, and takes them from those that are left.
 * @param doubted gets the frames that aren't trusted, and decoding goes on; without it, it stops at the first
 */
const decode = async function* (
	attempt: Attempt,
	left: Map<number, WantedFrame>,
	options: Options,
	doubted?: Map<WantedFrame, string>,
): AsyncGenerator<Frame, Ending> {
	const pictures = decodePictures({ ...options, input: attempt.input, ...attempt.selection });
	const order = orderOf(attempt);
	let waiting = left.size;
	let passed = 0;
	try {
		for (;;) {
			const { value, done } = await pictures.next();
			// What is complained of before a run's first picture is seen to be a key: that may not be one.
			if (done) return value.troubled && !order.hasKey() ? { complaint: value.complaint, falseKey: true } : value;
			const { shown, picture } = value;
			if (shown.doubt !== undefined && !doubted)
				return { complaint: shown.doubt, [order.hasKey() ? 'troubled' : 'falseKey']: true };
			const frame = picture && attempt.frameOf(shown.pts, passed++);
			const doubt = order.doubtOf(shown, picture !== undefined, frame);
			if (doubt) return { complaint: '', [doubt]: true };
			if (!picture || !frame || !left.has(frame.index) || doubted?.has(frame)) continue;
			waiting--;
			if (shown.doubt !== undefined) doubted?.set(frame, shown.doubt);
			else {
				left.delete(frame.index);
				yield { ...frame, ...picture };
			}
			if (waiting === 0) return { complaint: '' };
		}
	} catch (error) {
		if (error instanceof NotRandomAccess) return { complaint: '', falseKey: true };
		throw error;
	} finally {
		await pictures.return({ complaint: '', troubled: false });
		attempt.close();
	}
};

/**
 * Tells of each picture what is wrong, when it doesn't come as the attempt says: at its turn, with a number above the one
 * before, and after a key picture at the beginning of its run.
 */
const orderOf = ({ turns, runStarts, numbered }: Attempt) => {
	const starts = new Map(runStarts?.map(start => [start.pts, start]));
	const allowed = new Set<number>();
	let hasKey = runStarts === undefined;
	let turn = 0;
	let last = Number.NEGATIVE_INFINITY;
	return {
		/** False where the decoder has to tell of a key, and has not yet. */
		hasKey: () => hasKey,
		doubtOf: (
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
			if (turns && frame !== turns[turn++]) return 'contradicted';
			return frame && runStarts && !allowed.has(frame.index) ? 'falseKey' : undefined;
		},
	};
};
