import type { Settings } from '../settings.ts';
import type { SelectionSource } from './apply-rule.ts';
import { parseDuration } from './duration.ts';
import { type Fraction, fractionOf, inverse } from './fraction.ts';
import { secondsOf } from './frame-times.ts';
import type { Rule } from './rules.ts';
import { needsLabels, rangeOf, type Selection, type SelectionSettings, selectFrames } from './select-frames.ts';

/** How a number of frames is known: exactly; about, since times or the number of frames aren't known; or as a bound. */
export const accuracies = ['exact', 'about', 'atMost'] as const;
export type Accuracy = (typeof accuracies)[number];

/** What would have to be read to know a number of frames exactly. */
export const needs = ['index', 'labels', 'pixels'] as const;
export type Need = (typeof needs)[number];

/** How many frames are taken of a video, and how that is known. */
export type Expected = { frames: number; accuracy: Accuracy; needs: Need[] };

/** How many frames are selected, how many lie from start to end, and how many each rule of `select` takes. */
export type ExpectedFrames = Expected & { span: number; rules: Expected[] };

/** What a listing reports of a video. `seconds`: its duration, undefined if unknown. */
export type ListedVideo = { frameCount: number; seconds: number | undefined };

/**
 * What a selection can be made from without decoding. `isIndexed`: number, times and key frames are those of the file.
 * `isTimed`: there are times at all.
 */
export type KnownVideo = { source: SelectionSource; isIndexed: boolean; isTimed: boolean };

type SelectionAndQuality = SelectionSettings & Pick<Settings, 'frameQuality'>;

/** How many frames a selection has, from what a listing reports: frames are assumed to be evenly spaced. Pure. */
export function roughFrames(settings: SelectionAndQuality, video: ListedVideo): ExpectedFrames {
	const { select, annotated, minDistance } = settings;
	const rules = (select ?? []).map(rule => {
		const rough = roughOf(rule, settings, video);
		return annotated ? atMost(rough, 'labels') : rough;
	});
	const lacksLabels = annotated || minDistance !== undefined;
	return withTotal(settings, video.frameCount, rules, {
		own: { accuracy: 'about', needs: ['index'] },
		lacking: lacksLabels ? ['labels'] : [],
		isBound: lacksLabels || rules.length > 1 || settings.around !== undefined,
	});
}

/**
 * How many frames a selection has: rules are applied where what they need is known, and bounded where it isn't. Exact
 * for an indexed video, unless the selection depends on labels or pictures that are not known. Pure.
 */
export function countFrames(settings: SelectionAndQuality, video: KnownVideo): ExpectedFrames {
	return selectKnown(settings, video).expected;
}

/**
 * Like `countFrames`, with the selection by those rules that could be applied. `left`: the positions in `select` of the
 * others. Pure.
 */
export function selectKnown(
	settings: SelectionAndQuality,
	{ source, isIndexed, isTimed }: KnownVideo,
): { selection: Selection; expected: ExpectedFrames; left: number[] } {
	const { times, labels } = source;
	const { select, minDistance, frameQuality } = settings;
	const { start, end } = rangeOf(settings, times.count);
	const missingFor = (rule: Rule): Need | undefined => {
		if (!labels && isByLabels(rule)) return 'labels';
		if ('scenes' in rule) return 'pixels';
		return !isIndexed && ('keyFrames' in rule || (!isTimed && isByTime(rule))) ? 'index' : undefined;
	};
	const missing = select?.map(missingFor) ?? [];
	const known = select?.filter((_, n) => missing[n] === undefined);
	// Without labels all frames of the range are candidates, which gives a bound: of fewer, a rule would take no more.
	const isUnlabelled = settings.annotated && !labels;
	const selection = selectFrames(
		{ ...settings, annotated: settings.annotated && !isUnlabelled, select: known },
		source,
	);
	const own = isIndexed
		? { accuracy: 'exact' as const, needs: [] }
		: { accuracy: 'about' as const, needs: ['index' as const] };
	const seconds = isTimed && times.count > 1 ? secondsOf(times, times.count - 1) : undefined;
	const taken = selection.taken.values();
	const rules = (select ?? []).map((rule, n): Expected => {
		const need = missing[n];
		const frames = need ? roughOf(rule, settings, { frameCount: times.count, seconds }).frames : taken.next().value;
		const expected = { ...own, frames: frames ?? 0 };
		const bounded = need ? atMost(expected, need) : expected;
		return isUnlabelled ? atMost(bounded, 'labels') : bounded;
	});
	const lacksLabels = !labels && needsLabels({ ...settings, frameQuality: undefined });
	const lacksTimes = !isTimed && typeof minDistance === 'string';
	if (!lacksLabels && !lacksTimes && missing.every(need => need === undefined)) {
		const total = { ...own, frames: selection.frames.length };
		const span = Math.max(0, end - start);
		return { selection, expected: { span, ...(frameQuality ? atMost(total, 'pixels') : total), rules }, left: [] };
	}
	const lacking: Need[] = [...(lacksLabels ? (['labels'] as const) : []), ...(lacksTimes ? (['index'] as const) : [])];
	const expected = withTotal(settings, times.count, rules, { own, lacking, isBound: true });
	return { selection, expected, left: missing.flatMap((need, n) => (need === undefined ? [] : [n])) };
}

/** The worse of two accuracies, and the needs of both. */
export function together(a: Omit<Expected, 'frames'>, b: Omit<Expected, 'frames'>): Omit<Expected, 'frames'> {
	const worst = Math.max(accuracies.indexOf(a.accuracy), accuracies.indexOf(b.accuracy));
	return {
		accuracy: accuracies[worst] as Accuracy,
		needs: needs.filter(need => a.needs.includes(need) || b.needs.includes(need)),
	};
}

const isByLabels = (rule: Rule): boolean => 'annotated' in rule || 'figureChanges' in rule;
const isByTime = (rule: Rule): boolean => 'fps' in rule || 'every' in rule || 'times' in rule;

/** Turns a number of frames into a bound, unless it is 0. */
const atMost = (expected: Expected, need: Need): Expected =>
	expected.frames === 0
		? expected
		: { frames: expected.frames, ...together(expected, { accuracy: 'atMost', needs: [need] }) };

/** Adds up what the rules take at the most, and applies the settings that follow them. */
const withTotal = (
	settings: SelectionAndQuality,
	frameCount: number,
	rules: Expected[],
	{ own, lacking, isBound }: { own: Omit<Expected, 'frames'>; lacking: Need[]; isBound: boolean },
): ExpectedFrames => {
	const { select, step, around, frameQuality } = settings;
	const { start, end } = rangeOf(settings, frameCount);
	const span = Math.max(0, end - start);
	const sum = rules.reduce((all, { frames }) => all + frames, 0);
	const stepped = Math.ceil((select ? Math.min(span, sum) : span) / step);
	const frames = around === undefined ? stepped : Math.min(span, stepped * (2 * around + 1));
	const bound = isBound && frames > 0 ? together(own, { accuracy: 'atMost', needs: lacking }) : own;
	const total = { frames, ...rules.reduce<Omit<Expected, 'frames'>>(together, bound) };
	return { span, ...(frameQuality ? atMost(total, 'pixels') : total), rules };
};

/** How many frames a rule takes of a video, from what a listing reports. */
const roughOf = (rule: Rule, settings: SelectionSettings, video: ListedVideo): Expected => {
	const { start, end } = rangeOf(settings, video.frameCount);
	const span = Math.max(0, end - start);
	const about = (frames: number): Expected => ({ frames: Math.min(span, frames), accuracy: 'about', needs: ['index'] });
	const bound = (frames: number, need: Need): Expected => atMost(about(frames), need);
	const instants = ({ num, den }: Fraction): Expected => {
		const { frameCount, seconds } = video;
		if (span === 0 || seconds === undefined || frameCount === 0) return bound(span, 'index');
		// One frame for each period that begins within the range.
		const last = ((span - 1) * seconds) / frameCount;
		return about(Math.floor((last * Number(den)) / Number(num) + 1e-9) + 1);
	};
	if ('fps' in rule) return instants(inverse(fractionOf(rule.fps)));
	if ('every' in rule) return instants(parseDuration(rule.every) as Fraction);
	if ('count' in rule) return about(rule.count);
	if ('random' in rule) return about(rule.random);
	if ('frames' in rule) return about(new Set(rule.frames.filter(frame => frame >= start && frame < end)).size);
	if ('times' in rule) return bound(rule.times.length, 'index');
	if ('keyFrames' in rule) return bound(span, 'index');
	if ('scenes' in rule) return bound(span, 'pixels');
	if ('figureChanges' in rule) return bound(span, 'labels');
	const { classes, perClass } = rule.annotated;
	return bound(perClass && classes ? perClass * classes.length : span, 'labels');
};
