import { bytesTell } from '../bitstream/random-access.ts';
import { type ByteSource, firstBytes, withChanges } from '../source/byte-source.ts';
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
	/** For each run of pictures its first, which the decoder has to call a key, where its bytes don't tell. */
	runStarts?: RunStart[];
	/** Pictures are found by their number, which must rise from one to the next. */
	numbered?: boolean;
	close(): void;
};

/** A picture by its time in the feed, and the indices of the frames that are decoded from it. */
export type RunStart = { pts: number; frames: Set<number> };

/** Codecs whose decoders race with themselves when they have several threads. */
const racing = new Set(['theora', 'mpeg4', 'vp8']);

/** Characters that the filters of one run may have: an argument may have 128 KiB. */
const longestExpression = 60_000;

/** The bytes of the recipe alone. */
export const fromRecipe = async (
	recipe: Recipe,
	wanted: WantedFrame[],
	source: ByteSource,
	signal: AbortSignal,
): Promise<Attempt> => {
	const { feed, timeBase, size } = recipe;
	if (feed.kind === 'whole') return fromStart(recipe, wanted, source, signal, { every: feed.restarts });
	const { bytes, ptsInFeed } =
		feed.kind === 'samples' ? mp4Feed(feed, timeBase.den, source, signal) : matroskaFeed(feed, source, signal);
	const byTime = new Map(wanted.map(frame => [ptsInFeed(frame.pts), frame]));
	const runStarts = bytesTell(feed.bitstream)
		? undefined
		: runStartsOf(feed, wanted).map(start => ({ ...start, pts: ptsInFeed(start.pts) }));
	const toldOnly = (runStarts ?? []).map(({ pts }) => pts).filter(pts => !byTime.has(pts));
	const turns = turnsIn(feed.pts);
	const wantedTurns = wanted.flatMap(({ pts }) => turns.get(pts) ?? []);
	const told = selectExpression('pts', toldOnly);
	const byTurn = selectExpression('(n-ld(0))', wantedTurns);
	const isLong = byTurn.length + 2 * told.length > longestExpression;
	const expression = `${rememberKey(ptsInFeed(feed.pts[0] as number))}+${byTurn}${told && `+${told}`}`;
	return {
		input: {
			demuxer: feed.kind === 'samples' ? 'mov' : 'matroska',
			stream: 'V:0',
			bytes,
			openGroup: isOpen(feed.pts),
			oneThread: racing.has(feed.bitstream.codec),
		},
		selection: {
			expression: isLong ? '1' : expression,
			...(toldOnly.length > 0 && !isLong ? { toldOnly: { times: new Set(toldOnly), expression: told } } : {}),
			numbered: false,
			upright: uprightOf(feed),
			size,
		},
		frameOf: pts => byTime.get(pts),
		...(isLong ? {} : { turns: wanted }),
		...(runStarts ? { runStarts } : {}),
		close: () => {},
	};
};

/** Which wanted frames each run of a feed has. */
const runStartsOf = (feed: Exclude<Recipe['feed'], { kind: 'whole' }>, wanted: WantedFrame[]): RunStart[] => {
	const byPts = new Map(wanted.map(frame => [frame.pts, frame.index]));
	return feed.runs.map((first, n) => {
		const own = feed.pts.slice(first, feed.runs[n + 1] ?? feed.pts.length);
		return { pts: own[0] as number, frames: new Set(own.flatMap(pts => byPts.get(pts) ?? [])) };
	});
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
	const numbered = how.numbered ?? (feed.kind === 'whole' ? feed.counted : feed.kind === 'samples' && !feed.timed);
	const byMark = new Map(wanted.map(frame => [numbered || how.every ? frame.index : frame.pts, frame]));
	const door = await openRangeDoor(feed.kind === 'whole' ? asRead(feed, source) : source, signal);
	const demuxer = feed.kind === 'matroska' ? 'matroska' : feed.demuxer;
	// Times of an index are those of the media, before any edit list; numbers are those of what is shown.
	const options =
		demuxer === 'mov' && feed.kind === 'samples' && !numbered && !how.every
			? { options: ['-ignore_editlist', '1'] }
			: {};
	const selected = selectExpression('pts', [...byMark.keys()]);
	const all = how.every || selected.length > longestExpression;
	return {
		input: {
			demuxer,
			stream: feed.kind === 'matroska' ? 'V:0' : feed.stream,
			url: door.url,
			...options,
			openGroup: feed.kind !== 'whole',
			oneThread: racing.has(feed.kind === 'whole' ? feed.decoder : feed.bitstream.codec),
			inTurn: how.inTurn ?? false,
		},
		selection: {
			expression: all ? '1' : how.inTurn ? `${selected}+key` : selected,
			numbered: numbered && !how.every,
			upright: uprightOf(feed),
			size,
		},
		frameOf: (mark, passed) => byMark.get(how.every ? passed : mark),
		numbered: numbered && !how.every,
		close: door.close,
	};
};

/** A file that is known by decoding alone, as the decoder gets to read it. */
const asRead = ({ changes, end }: Extract<Recipe['feed'], { kind: 'whole' }>, source: ByteSource): ByteSource =>
	firstBytes(
		withChanges(
			source,
			changes.map(({ offset, bytes }) => ({ offset, bytes: Buffer.from(bytes, 'base64') })),
		),
		end,
	);

/** Whether a run of pictures, in decode order, has some that are shown before its first. */
const isOpen = (pts: number[]): boolean => pts.some(time => time < (pts[0] as number));

/** Undefined leaves it to ffmpeg, which reads the same file; so does a matrix that turns nothing: pictures may tell more. */
const uprightOf = (feed: Recipe['feed']): string[] | undefined => {
	const filters = feed.matrix === '' ? undefined : uprightFilters(Buffer.from(feed.matrix, 'base64'));
	return filters?.length === 0 ? undefined : filters;
};
