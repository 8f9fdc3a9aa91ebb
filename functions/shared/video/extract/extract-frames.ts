import type { ByteSource } from '../source/byte-source.ts';
import { openRangeDoor } from '../source/range-door.ts';
import { type DecoderInput, decodePictures } from './ffmpeg.ts';
import { matroskaFeed } from './matroska-feed.ts';
import { mp4Feed } from './mp4-feed.ts';
import type { Picture } from './ppm.ts';
import { NotRandomAccess } from './random-access.ts';
import type { Recipe, WantedFrame } from './recipe.ts';
import { selectExpression } from './select-expression.ts';
import { byGroup } from './sub-recipe.ts';
import { uprightFilters } from './upright.ts';

export type Frame = Picture & WantedFrame;
export type FrameFault = { index: number; reason: 'missing' | 'corrupt' | 'unproven'; message: string };
type Options = { ffmpegPath: string; signal: AbortSignal };

/** One way to decode: what is fed, which pictures pass, and which frame a picture is, by its time or its turn. */
type Attempt = {
	input: DecoderInput;
	filter: string;
	upright?: string[] | undefined;
	frameOf(pts: number, turn: number): WantedFrame | undefined;
	/** Whether a decoder that complains may show something else than was recorded; a counted stream is as it is shown. */
	mindsTrouble: boolean;
	close?: () => void;
};

/** How an attempt ended; `troubled`: the decoder complained, so what it would show next isn't trusted. */
type Ending = { complaint: string; troubled: boolean };

/**
 * Decodes the wanted frames of a recipe. A picture is given out only when its presentation time is that of the frame
 * and the decoder has not complained before it. Where it has, each group of pictures is decoded by itself, so that only
 * what is really behind the damage is lost. Frames that the bytes of the recipe don't show are looked for in the whole
 * stream from its start.
 * @param wanted in the order of their indices, all within the recipe
 * @returns after the last frame, those that could not be had; frames may come out of order where a second try was needed
 */
export const extractFrames = async function* (
	recipe: Recipe,
	wanted: WantedFrame[],
	source: ByteSource,
	options: Options,
): AsyncGenerator<Frame, FrameFault[]> {
	const left = new Map(wanted.map(frame => [frame.index, frame]));
	const faults: FrameFault[] = [];
	let ending = yield* decode(await attemptOf(recipe, wanted, source, options.signal), left, options);
	if (ending.troubled && left.size > 0) {
		for (const part of byGroup(recipe, [...left.values()])) {
			const attempt = await attemptOf(part.recipe, part.wanted, source, options.signal);
			ending = yield* decode(attempt, left, options);
			if (!ending.troubled) continue;
			for (const { index } of part.wanted) {
				if (left.delete(index))
					faults.push({ index, reason: 'corrupt', message: `Frame ${index} is damaged: ${ending.complaint}` });
			}
		}
	}
	if (left.size > 0 && recipe.feed.kind !== 'whole') {
		const again = await wholeStream(recipe, [...left.values()], source, options.signal);
		ending = yield* decode(again, left, options);
	}
	for (const { index } of left.values()) {
		const why = ending.complaint ? `: ${ending.complaint}` : '';
		const message = `The decoder shows no picture for frame ${index}${why}`;
		faults.push({ index, reason: ending.complaint ? 'corrupt' : 'missing', message });
	}
	return faults;
};

const decode = async function* (
	attempt: Attempt,
	left: Map<number, WantedFrame>,
	options: Options,
): AsyncGenerator<Frame, Ending> {
	const { input, filter, upright } = attempt;
	const pictures = decodePictures({ ...options, input, filter, upright });
	try {
		for (let turn = 0; ; turn++) {
			const { value, done } = await pictures.next();
			if (done) return { ...value, troubled: attempt.mindsTrouble && value.troubled };
			if (value.troubled && attempt.mindsTrouble) return { complaint: 'the decoder complained', troubled: true };
			const frame = attempt.frameOf(value.pts, turn);
			if (!frame || !left.delete(frame.index)) continue;
			yield { ...frame, width: value.width, height: value.height, data: value.data };
			if (left.size === 0) return { complaint: '', troubled: false };
		}
	} catch (error) {
		if (error instanceof NotRandomAccess) return { complaint: '', troubled: false };
		throw error;
	} finally {
		await pictures.return({ complaint: '', troubled: false });
		attempt.close?.();
	}
};

const attemptOf = async (
	{ feed, timeBase }: Recipe,
	wanted: WantedFrame[],
	source: ByteSource,
	signal: AbortSignal,
): Promise<Attempt> => {
	if (feed.kind === 'whole') {
		const door = await openRangeDoor(source, signal);
		return {
			input: { demuxer: feed.demuxer, url: door.url },
			...whichPass(wanted, feed.counted),
			mindsTrouble: false,
			close: door.close,
		};
	}
	const { bytes, ptsInFeed } =
		feed.kind === 'mp4' ? mp4Feed(feed, timeBase.den, source, signal) : matroskaFeed(feed, source, signal);
	const byTime = new Map(wanted.map(frame => [ptsInFeed(frame.pts), frame]));
	return {
		input: { demuxer: feed.kind === 'mp4' ? 'mov' : 'matroska', bytes, openGroup: isOpen(feed.pts) },
		filter: selectExpression('pts', [...byTime.keys()]),
		upright: uprightOf(feed),
		frameOf: pts => byTime.get(pts),
		mindsTrouble: true,
	};
};

/** Whether a run of pictures, in decode order, has some that are shown before its first. */
const isOpen = (pts: number[]): boolean => pts.some(time => time < (pts[0] as number));

/**
 * Which pictures of a whole stream are the frames: by their time, since a decoder counts anew when the picture's size
 * changes; by their number where times don't tell.
 */
const whichPass = (wanted: WantedFrame[], counted: boolean): Pick<Attempt, 'filter' | 'frameOf'> => {
	if (counted) {
		const indices = wanted.map(({ index }) => index);
		return { filter: selectExpression('n', indices), frameOf: (_, turn) => wanted[turn] };
	}
	const byTime = new Map(wanted.map(frame => [frame.pts, frame]));
	return { filter: selectExpression('pts', [...byTime.keys()]), frameOf: pts => byTime.get(pts) };
};

const uprightOf = (feed: Recipe['feed']): string[] | undefined =>
	feed.kind === 'mp4' ? uprightFilters(Buffer.from(feed.matrix, 'base64')) : undefined;

/** The same frames, by their times, from a decoder that starts where the stream does. */
const wholeStream = async (
	{ feed }: Recipe,
	wanted: WantedFrame[],
	source: ByteSource,
	signal: AbortSignal,
): Promise<Attempt> => {
	const door = await openRangeDoor(source, signal);
	const byTime = new Map(wanted.map(frame => [frame.pts, frame]));
	// Times of the index are those of the media, before any edit list.
	const demuxer =
		feed.kind === 'mp4' ? { demuxer: 'mov', options: ['-ignore_editlist', '1'] } : { demuxer: 'matroska' };
	return {
		input: { ...demuxer, url: door.url, openGroup: true },
		filter: selectExpression('pts', [...byTime.keys()]),
		upright: uprightOf(feed),
		frameOf: pts => byTime.get(pts),
		mindsTrouble: true,
		close: door.close,
	};
};
