import type { ByteSource } from '../source/byte-source.ts';
import { openRangeDoor } from '../source/range-door.ts';
import { type DecoderInput, decodePictures } from './ffmpeg.ts';
import { matroskaFeed } from './matroska-feed.ts';
import { mp4Feed } from './mp4-feed.ts';
import type { Picture } from './ppm.ts';
import { NotRandomAccess } from './random-access.ts';
import type { Recipe, WantedFrame } from './recipe.ts';
import { selectExpression } from './select-expression.ts';

export type Frame = Picture & WantedFrame;
export type FrameFault = { index: number; reason: 'missing' | 'corrupt' | 'unproven'; message: string };
type Options = { ffmpegPath: string; signal: AbortSignal };

/** One way to decode: what is fed, which pictures pass, and whether a picture is the frame. */
type Attempt = {
	input: DecoderInput;
	filter: string;
	/** The frame that a picture is, by its time or, where times say nothing, by its turn. */
	frameOf(pts: number, turn: number): WantedFrame | 'unproven' | undefined;
	close?: () => void;
};

/**
 * Decodes the wanted frames of a recipe. A picture is given out only when its presentation time is that of the frame.
 * Frames that the bytes of the recipe don't show are looked for in the whole stream from its start.
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
	const first = await attemptOf(recipe, wanted, source, options.signal);
	let outcome = yield* decode(first, recipe, left, options);
	if (left.size > 0 && recipe.feed.kind !== 'whole') {
		const again = await wholeStream(recipe, [...left.values()], source, options.signal);
		outcome = yield* decode(again, recipe, left, options);
	}
	const why = outcome.complaints.trim().split('\n').at(-1) ?? '';
	return [...left.values()].map(({ index }) => {
		if (outcome.unproven.has(index)) {
			return { index, reason: 'unproven', message: `Frame ${index} came with another time than it was planned with` };
		}
		const reason = why ? 'corrupt' : 'missing';
		return { index, reason, message: `The decoder shows no picture for frame ${index}${why ? `: ${why}` : ''}` };
	});
};

const decode = async function* (
	attempt: Attempt,
	{ timeBase }: Recipe,
	left: Map<number, WantedFrame>,
	options: Options,
): AsyncGenerator<Frame, { complaints: string; unproven: Set<number> }> {
	const unproven = new Set<number>();
	const pictures = decodePictures({ ...options, input: attempt.input, filter: attempt.filter, timeBase });
	try {
		for (let turn = 0; ; turn++) {
			const { value, done } = await pictures.next();
			if (done) return { complaints: value, unproven };
			const frame = attempt.frameOf(value.pts, turn);
			if (frame === 'unproven' || !frame || !left.delete(frame.index)) continue;
			yield { ...frame, width: value.width, height: value.height, data: value.data };
			if (left.size === 0) return { complaints: '', unproven };
		}
	} catch (error) {
		if (error instanceof NotRandomAccess) return { complaints: '', unproven };
		throw error;
	} finally {
		await pictures.return('');
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
			filter: selectExpression(
				'n',
				wanted.map(({ index }) => index),
			),
			frameOf: (pts, turn) => (wanted[turn]?.pts === pts ? wanted[turn] : 'unproven'),
			close: door.close,
		};
	}
	const { bytes, ptsInFeed } =
		feed.kind === 'mp4' ? mp4Feed(feed, timeBase.den, source, signal) : matroskaFeed(feed, source, signal);
	const byTime = new Map(wanted.map(frame => [ptsInFeed(frame.pts), frame]));
	return {
		input: { demuxer: feed.kind === 'mp4' ? 'mov' : 'matroska', bytes },
		filter: selectExpression('pts', [...byTime.keys()]),
		frameOf: pts => byTime.get(pts),
	};
};

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
		input: { ...demuxer, url: door.url },
		filter: selectExpression('pts', [...byTime.keys()]),
		frameOf: pts => byTime.get(pts),
		close: door.close,
	};
};
