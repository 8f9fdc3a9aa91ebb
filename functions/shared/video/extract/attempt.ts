import type { ByteSource } from '../source/byte-source.ts';
import { openRangeDoor } from '../source/range-door.ts';
import type { DecoderInput, Selection } from './ffmpeg.ts';
import { matroskaFeed } from './matroska-feed.ts';
import { mp4Feed } from './mp4-feed.ts';
import type { Recipe, WantedFrame } from './recipe.ts';
import { selectExpression } from './select-expression.ts';
import { uprightFilters } from './upright.ts';

/** One way to decode: what is fed, which pictures pass, and which frame a picture is, by its time or its number. */
export type Attempt = {
	input: DecoderInput;
	selection: Selection;
	frameOf(pts: number): WantedFrame | undefined;
	/** Where the bytes of a frame are in the input, by the headers; undefined where that isn't known. */
	placeOf(frame: WantedFrame): number | undefined;
	/** The input ends where the wanted frames do, so that all of it is looked at. */
	endsWithThem: boolean;
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
	const { bytes, ptsInFeed, placeInFeed } =
		feed.kind === 'mp4' ? mp4Feed(feed, timeBase.den, source, signal) : matroskaFeed(feed, source, signal);
	const byTime = new Map(wanted.map(frame => [ptsInFeed(frame.pts), frame]));
	return {
		input: { demuxer: feed.kind === 'mp4' ? 'mov' : 'matroska', bytes, openGroup: isOpen(feed.pts) },
		selection: { expression: selectExpression([...byTime.keys()]), numbered: false, upright: uprightOf(feed), size },
		frameOf: pts => byTime.get(pts),
		placeOf: frame => placeInFeed(frame.pts),
		endsWithThem: true,
		close: () => {},
	};
};

/**
 * The stream from its first byte.
 * @param how.numbered pictures are found by their number, whatever their times are
 * @param how.inTurn decoded picture by picture, key pictures passing too: they tell when a decoder has recovered
 */
export const fromStart = async (
	{ feed, size }: Recipe,
	wanted: WantedFrame[],
	source: ByteSource,
	signal: AbortSignal,
	how: { numbered?: boolean; inTurn?: boolean },
): Promise<Attempt> => {
	const numbered = how.numbered ?? (feed.kind === 'whole' && feed.counted);
	const byMark = new Map(wanted.map(frame => [numbered ? frame.index : frame.pts, frame]));
	const door = await openRangeDoor(source, signal);
	const demuxer = feed.kind === 'whole' ? feed.demuxer : feed.kind === 'mp4' ? 'mov' : 'matroska';
	// Times of an index are those of the media, before any edit list; numbers are those of what is shown.
	const options = feed.kind === 'mp4' && !numbered ? { options: ['-ignore_editlist', '1'] } : {};
	const expression = selectExpression([...byMark.keys()]);
	return {
		input: { demuxer, url: door.url, ...options, openGroup: feed.kind !== 'whole', inTurn: how.inTurn ?? false },
		selection: {
			expression: how.inTurn ? `${expression}+key` : expression,
			numbered,
			upright: uprightOf(feed),
			size,
		},
		frameOf: mark => byMark.get(mark),
		placeOf: frame => (numbered || feed.kind !== 'mp4' ? undefined : feed.offset[feed.pts.indexOf(frame.pts)]),
		endsWithThem: false,
		close: door.close,
	};
};

/** Whether a run of pictures, in decode order, has some that are shown before its first. */
const isOpen = (pts: number[]): boolean => pts.some(time => time < (pts[0] as number));

const uprightOf = (feed: Recipe['feed']): string[] | undefined =>
	feed.kind === 'mp4' ? uprightFilters(Buffer.from(feed.matrix, 'base64')) : undefined;
