import { bytesTell } from '../bitstream/random-access.ts';
import { type ByteSource, firstBytes, withChanges } from '../source/byte-source.ts';
import { openLoopbackRangeServer } from '../source/loopback-range-server.ts';
import type { DecodePlan, WantedFrame } from './decode-plan.ts';
import type { DecoderInput, Selection } from './ffmpeg.ts';
import { matroskaDemuxInput } from './matroska-demux-input.ts';
import { mp4DemuxInput } from './mp4-demux-input.ts';
import { selectExpression } from './select-expression.ts';
import { uprightFilters } from './upright.ts';

/**
 * One run of the decoder: its input, the pictures selected from its output, and which frame each picture is. With the
 * input of a decode plan, pictures are selected by their position in display order, as the headers give it, and each
 * must have the presentation time of its frame; otherwise headers and decoder contradict each other.
 */
export type DecodeRun = {
	input: DecoderInput;
	selection: Selection;
	frameOf(pts: number, passed: number): WantedFrame | undefined;
	/** Frames in display order, where no other selected picture may come between them. */
	displayOrder?: WantedFrame[];
	/** The first picture of each run, which the decoder must flag as a key, where its bytes don't show it. */
	runStarts?: RunStart[];
	/** Pictures are identified by their number, which must increase from one to the next. */
	numbered?: boolean;
	close(): void;
};

/** A picture, by its time in the input, and the indices of the frames that are decoded from it. */
export type RunStart = { pts: number; frames: Set<number> };

/** Codecs whose ffmpeg decoders have data races when they run with several threads. */
const racing = new Set(['theora', 'mpeg4', 'vp8']);

/** Largest length of the filters of one run; Linux limits an argument to 128 KiB. */
const longestExpression = 60_000;

/** Decodes only the bytes of the plan. */
export async function fromPlan(
	plan: DecodePlan,
	wanted: WantedFrame[],
	source: ByteSource,
	signal: AbortSignal,
): Promise<DecodeRun> {
	const { demuxInput, timeBase, size } = plan;
	if (demuxInput.kind === 'whole') return fromStart(plan, wanted, source, signal, { every: demuxInput.restarts });
	const { bytes, ptsInInput } =
		demuxInput.kind === 'samples'
			? mp4DemuxInput(demuxInput, timeBase.den, source, signal)
			: matroskaDemuxInput(demuxInput, source, signal);
	const byTime = new Map(wanted.map(frame => [ptsInInput(frame.pts), frame]));
	const runStarts = bytesTell(demuxInput.bitstream)
		? undefined
		: runStartsOf(demuxInput, wanted).map(start => ({ ...start, pts: ptsInInput(start.pts) }));
	const loggedOnly = (runStarts ?? []).map(({ pts }) => pts).filter(pts => !byTime.has(pts));
	const positions = displayPositions(demuxInput.pts);
	const wantedPositions = wanted.flatMap(({ pts }) => positions.get(pts) ?? []);
	const told = selectExpression('pts', loggedOnly);
	const byPosition = selectExpression('(n-ld(0))', wantedPositions);
	const isLong = byPosition.length + 2 * told.length > longestExpression;
	const expression = `${rememberKey(ptsInInput(demuxInput.pts[0] as number))}+${byPosition}${told && `+${told}`}`;
	return {
		input: {
			demuxer: demuxInput.kind === 'samples' ? 'mov' : 'matroska',
			stream: 'V:0',
			bytes,
			openGroup: isOpen(demuxInput.pts),
			oneThread: racing.has(demuxInput.bitstream.codec),
		},
		selection: {
			expression: isLong ? '1' : expression,
			...(loggedOnly.length > 0 && !isLong ? { loggedOnly: { times: new Set(loggedOnly), expression: told } } : {}),
			numbered: false,
			upright: uprightOf(demuxInput),
			size,
		},
		frameOf: pts => byTime.get(pts),
		...(isLong ? {} : { displayOrder: wanted }),
		...(runStarts ? { runStarts } : {}),
		close: () => {},
	};
}

/** The first picture of each run of the input, and the wanted frames in that run. */
const runStartsOf = (
	input: Exclude<DecodePlan['demuxInput'], { kind: 'whole' }>,
	wanted: WantedFrame[],
): RunStart[] => {
	const byPts = new Map(wanted.map(frame => [frame.pts, frame.index]));
	return input.runs.map((first, n) => {
		const own = input.pts.slice(first, input.runs[n + 1] ?? input.pts.length);
		return { pts: own[0] as number, frames: new Set(own.flatMap(pts => byPts.get(pts) ?? [])) };
	});
};

/** Display position of each picture after the first one in decode order, by presentation time. */
const displayPositions = (pts: number[]): Map<number, number> => {
	const first = pts[0] as number;
	const shown = pts.filter(time => time >= first).sort((a, b) => a - b);
	return new Map(shown.map((time, position) => [time, position]));
};

/**
 * Part of a `select` expression, itself 0, that stores the number of the key picture in variable 0. The decoder may or
 * may not output the leading pictures of an open group, so positions are counted from the key.
 */
const rememberKey = (pts: number): string => `0*st(0,if(eq(pts,${pts}),n,if(eq(n,0),1e12,ld(0))))`;

/**
 * Decodes the stream from its first byte.
 * @param how.numbered pictures are identified by their number, whatever their times are
 * @param how.every all pictures are selected and counted here: ffmpeg's own count restarts when the picture size changes
 * @param how.pictureByPicture decodes in one thread and selects key pictures too: they show when the decoder has recovered
 */
export async function fromStart(
	{ demuxInput, size }: DecodePlan,
	wanted: WantedFrame[],
	source: ByteSource,
	signal: AbortSignal,
	how: { numbered?: boolean; pictureByPicture?: boolean; every?: boolean },
): Promise<DecodeRun> {
	const numbered =
		how.numbered ??
		(demuxInput.kind === 'whole' ? demuxInput.counted : demuxInput.kind === 'samples' && !demuxInput.timed);
	const byMark = new Map(wanted.map(frame => [numbered || how.every ? frame.index : frame.pts, frame]));
	const server = await openLoopbackRangeServer(
		demuxInput.kind === 'whole' ? asRead(demuxInput, source) : source,
		signal,
	);
	const demuxer = demuxInput.kind === 'matroska' ? 'matroska' : demuxInput.demuxer;
	// An index has media times, before any edit list; numbers count the pictures that are shown.
	const options =
		demuxer === 'mov' && demuxInput.kind === 'samples' && !numbered && !how.every
			? { options: ['-ignore_editlist', '1'] }
			: {};
	const selected = selectExpression('pts', [...byMark.keys()]);
	const all = how.every || selected.length > longestExpression;
	return {
		input: {
			demuxer,
			stream: demuxInput.kind === 'matroska' ? 'V:0' : demuxInput.stream,
			url: server.url,
			...options,
			openGroup: demuxInput.kind !== 'whole',
			oneThread: racing.has(demuxInput.kind === 'whole' ? demuxInput.decoder : demuxInput.bitstream.codec),
			pictureByPicture: how.pictureByPicture ?? false,
		},
		selection: {
			expression: all ? '1' : how.pictureByPicture ? `${selected}+key` : selected,
			numbered: numbered && !how.every,
			upright: uprightOf(demuxInput),
			size,
		},
		frameOf: (mark, passed) => byMark.get(how.every ? passed : mark),
		numbered: numbered && !how.every,
		close: server.close,
	};
}

/** The bytes that the decoder reads, of a file that can only be indexed by decoding. */
const asRead = (
	{ changes, end }: Extract<DecodePlan['demuxInput'], { kind: 'whole' }>,
	source: ByteSource,
): ByteSource =>
	firstBytes(
		withChanges(
			source,
			changes.map(({ offset, bytes }) => ({ offset, bytes: Buffer.from(bytes, 'base64') })),
		),
		end,
	);

/** Whether a run of pictures, in decode order, has some that are shown before its first. */
const isOpen = (pts: number[]): boolean => pts.some(time => time < (pts[0] as number));

/**
 * The filters that rotate pictures upright. Undefined leaves rotation to ffmpeg, also for an identity matrix: side data
 * of pictures may still rotate them.
 */
const uprightOf = (input: DecodePlan['demuxInput']): string[] | undefined => {
	const filters = input.matrix === '' ? undefined : uprightFilters(Buffer.from(input.matrix, 'base64'));
	return filters?.length === 0 ? undefined : filters;
};
