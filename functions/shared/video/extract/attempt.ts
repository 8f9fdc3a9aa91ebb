import type { ByteSource } from '../source/byte-source.ts';
import { openRangeDoor } from '../source/range-door.ts';
import type { DecoderInput, Selection } from './ffmpeg.ts';
import { matroskaFeed } from './matroska-feed.ts';
import { mp4Feed } from './mp4-feed.ts';
import type { Recipe, WantedFrame } from './recipe.ts';
import { selectExpression } from './select-expression.ts';
import { uprightFilters } from './upright.ts';

/**
 * One way to decode: what is fed, which pictures pass, and which frame a picture is. From a recipe, those pictures pass
 * whose turn it is by the headers, and each must have the time of its frame; else headers and decoder contradict each
 * other.
 */
export type Attempt = {
	input: DecoderInput;
	selection: Selection;
	frameOf(pts: number, passed: number): WantedFrame | undefined;
	/** Frames in the order in which they have to come, where nothing else may pass between them. */
	turns?: WantedFrame[];
	close(): void;
};

/** The bytes of the recipe alone. */
export const fromRecipe = async (
	recipe: Recipe,
	wanted: WantedFrame[],
	source: ByteSource,
	signal: AbortSignal,
): Promise<Attempt> => {
	const { feed, timeBase, size } = recipe;
	if (feed.kind === 'whole') return fromStart(recipe, wanted, source, signal, {});
	const { bytes, ptsInFeed } =
		feed.kind === 'mp4' ? mp4Feed(feed, timeBase.den, source, signal) : matroskaFeed(feed, source, signal);
	const byTime = new Map(wanted.map(frame => [ptsInFeed(frame.pts), frame]));
	const turns = turnsIn(feed.pts);
	const wantedTurns = wanted.flatMap(({ pts }) => turns.get(pts) ?? []);
	const expression = `${rememberKey(ptsInFeed(feed.pts[0] as number))}+${selectExpression('(n-ld(0))', wantedTurns)}`;
	return {
		input: { demuxer: feed.kind === 'mp4' ? 'mov' : 'matroska', bytes, openGroup: isOpen(feed.pts) },
		selection: { expression, numbered: false, upright: uprightOf(feed), size },
		frameOf: pts => byTime.get(pts),
		turns: wanted,
		close: () => {},
	};
};

/** At which turn after the first picture of a run, in decode order, each picture has to be shown, by its time. */
const turnsIn = (pts: number[]): Map<number, number> => {
	const first = pts[0] as number;
	const shown = pts.filter(time => time >= first).sort((a, b) => a - b);
	return new Map(shown.map((time, turn) => [time, turn]));
};

/**
 * Part of a `select` expression, itself 0, that keeps the number of the key picture in variable 0. Pictures that an open
 * group shows before its key may come out or not, so turns are counted from the key.
 */
const rememberKey = (pts: number): string => `0*st(0,if(eq(pts,${pts}),n,if(eq(n,0),1e12,ld(0))))`;

/**
 * The stream from its first byte.
 * @param how.numbered pictures are found by their number, whatever their times are
 * @param how.every all pictures pass and are counted here: ffmpeg counts anew when a picture's size changes
 * @param how.inTurn decoded picture by picture, key pictures passing too: they tell when a decoder has recovered
 */
export const fromStart = async (
	{ feed, size }: Recipe,
	wanted: WantedFrame[],
	source: ByteSource,
	signal: AbortSignal,
	how: { numbered?: boolean; inTurn?: boolean; every?: boolean },
): Promise<Attempt> => {
	const numbered = how.numbered ?? (feed.kind === 'whole' && feed.counted);
	const byMark = new Map(wanted.map(frame => [numbered ? frame.index : frame.pts, frame]));
	const door = await openRangeDoor(source, signal);
	const demuxer = feed.kind === 'whole' ? feed.demuxer : feed.kind === 'mp4' ? 'mov' : 'matroska';
	// Times of an index are those of the media, before any edit list; numbers are those of what is shown.
	const options = feed.kind === 'mp4' && !numbered ? { options: ['-ignore_editlist', '1'] } : {};
	const expression = selectExpression('pts', [...byMark.keys()]);
	return {
		input: { demuxer, url: door.url, ...options, openGroup: feed.kind !== 'whole', inTurn: how.inTurn ?? false },
		selection: {
			expression: how.every ? '1' : how.inTurn ? `${expression}+key` : expression,
			numbered,
			upright: uprightOf(feed),
			size,
		},
		frameOf: (mark, passed) => byMark.get(how.every ? passed : mark),
		close: door.close,
	};
};

/** Whether a run of pictures, in decode order, has some that are shown before its first. */
const isOpen = (pts: number[]): boolean => pts.some(time => time < (pts[0] as number));

const uprightOf = (feed: Recipe['feed']): string[] | undefined =>
	feed.kind === 'mp4' ? uprightFilters(Buffer.from(feed.matrix, 'base64')) : undefined;
