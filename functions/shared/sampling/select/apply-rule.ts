import type { FrameLabels } from '../../supervisely/annotation/frame-labels.ts';
import { parseDuration, parseTime } from './duration.ts';
import { evenly } from './evenly.ts';
import { type Fraction, fractionOf, inverse } from './fraction.ts';
import { type FrameTimes, isAtOrAfter, periodsSince } from './frame-times.ts';
import { perClass } from './per-class.ts';
import { randomly } from './random.ts';
import type { Rule } from './rules.ts';

/** What a selection is made from. */
export type SelectionSource = {
	times: FrameTimes;
	/** Whether a frame can be decoded without others. */
	isKey(frame: number): boolean;
	/** Name of the video. */
	name: string;
	/** Undefined where the rules need none. */
	labels: FrameLabels | undefined;
	/** The first frames of the scenes of the range; empty where no rule needs them. */
	scenes: number[];
};

/** The frames that a rule may take, in order, and the range of frames that they are from. */
export type Candidates = { frames: number[]; start: number; end: number };

/** The frames that a rule takes, in order. `note`: why there are none, or which ones are missing. */
export type Taken = { frames: number[]; note?: string };

/** The frames that a rule takes of the candidates. Pure. */
export function applyRule(rule: Rule, candidates: Candidates, source: SelectionSource): Taken {
	const taken = takeFrames(rule, candidates, source);
	if (taken.frames.length > 0 || taken.note !== undefined) return taken;
	const { start, end, frames } = candidates;
	if (start >= end) return { frames: [], note: 'there is no frame between start and end' };
	return { frames: [], note: frames.length === 0 ? 'no frame is annotated' : reasonOf(rule) };
}

const takeFrames = (rule: Rule, candidates: Candidates, source: SelectionSource): Taken => {
	const { frames } = candidates;
	const { times, labels } = source;
	if ('fps' in rule) return { frames: periodically(inverse(fractionOf(rule.fps)), candidates, times) };
	if ('every' in rule) return { frames: periodically(parseDuration(rule.every) as Fraction, candidates, times) };
	if ('count' in rule) return fewer(evenly(times, frames, rule.count), rule.count);
	if ('frames' in rule) return named(rule.frames, candidates, times.count);
	if ('times' in rule) return atTimes(rule.times, candidates, times);
	if ('random' in rule) return fewer(randomly(frames, rule.random, rule.seed ?? 0, source.name), rule.random);
	if ('keyFrames' in rule) return { frames: frames.filter(source.isKey) };
	if ('scenes' in rule) return { frames: ofScenes(rule.scenes.perScene, frames, source) };
	if (!labels) return { frames: [] };
	if ('figureChanges' in rule) return { frames: frames.filter(labels.isDrawn) };
	return annotated(rule.annotated, frames, times, labels);
};

/** The first frame at or after each instant; instants are a period apart, from the first frame of the range on. */
const periodically = (period: Fraction, { frames, start }: Candidates, times: FrameTimes): number[] => {
	if (frames.length === 0) return [];
	const since = times.ticks(start);
	let last = -1n;
	return frames.filter(frame => {
		const instants = periodsSince(times, frame, since, period);
		if (instants === last) return false;
		last = instants;
		return true;
	});
};

/** `perScene` frames of each scene: the middle frame of each of its equal parts. */
const ofScenes = (perScene: number, frames: number[], { scenes, times }: SelectionSource): number[] =>
	scenes.flatMap((begin, n) => {
		const end = scenes[n + 1] ?? Number.POSITIVE_INFINITY;
		const own = frames.filter(frame => frame >= begin && frame < end);
		if (own.length < 2 * perScene) return evenly(times, own, perScene);
		return evenly(times, own, 2 * perScene).filter((_, half) => half % 2 === 1);
	});

const fewer = (frames: number[], wanted: number): Taken =>
	frames.length === 0 || frames.length >= wanted
		? { frames }
		: { frames, note: `there are only ${frames.length} frames` };

const named = (wanted: number[], { frames }: Candidates, count: number): Taken => {
	const there = new Set(frames);
	const unique = [...new Set(wanted)].sort((a, b) => a - b);
	const missing = unique.filter(frame => !there.has(frame));
	const [first] = missing;
	const taken = unique.filter(frame => there.has(frame));
	if (first === undefined) return { frames: taken };
	const why = first >= count ? `the video has ${count} frames` : 'it is not in the range, or not annotated';
	const more = missing.length > 1 ? `, and ${missing.length - 1} more` : '';
	return { frames: taken, note: `frame ${first} is not taken: ${why}${more}` };
};

const atTimes = (wanted: (number | string)[], { frames }: Candidates, times: FrameTimes): Taken => {
	const taken = new Set<number>();
	const missing: (number | string)[] = [];
	for (const time of wanted) {
		const frame = firstAtOrAfter(frames, times, parseTime(time) as Fraction);
		if (frame === undefined) missing.push(time);
		else taken.add(frame);
	}
	const more = missing.length > 1 ? `, and at ${missing.length - 1} more times` : '';
	const note = missing.length === 0 ? {} : { note: `there is no frame at or after ${missing[0]}${more}` };
	return { frames: [...taken].sort((a, b) => a - b), ...note };
};

const firstAtOrAfter = (frames: number[], times: FrameTimes, instant: Fraction): number | undefined => {
	let [low, high] = [0, frames.length];
	while (low < high) {
		const middle = (low + high) >> 1;
		if (isAtOrAfter(times, frames[middle] as number, instant)) high = middle;
		else low = middle + 1;
	}
	return frames[low];
};

const annotated = (
	{ classes, tags, objects, perClass: most }: Extract<Rule, { annotated: unknown }>['annotated'],
	frames: number[],
	times: FrameTimes,
	labels: FrameLabels,
): Taken => {
	const [ofClasses, ofObjects] = [classes && new Set(classes), objects && new Set(objects)];
	const matching = (frame: number) =>
		labels
			.objectsOn(frame)
			.filter(({ id, classTitle }) => (!ofClasses || ofClasses.has(classTitle)) && (!ofObjects || ofObjects.has(id)));
	// Tags alone also take frames without figures.
	const needsFigure = classes !== undefined || objects !== undefined || tags === undefined || most !== undefined;
	const found = frames.filter(frame => {
		if (needsFigure && matching(frame).length === 0) return false;
		if (!tags) return true;
		const there = labels.tagsOn(frame);
		return tags.some(tag => there.has(tag));
	});
	if (most === undefined) return { frames: found };
	return { frames: perClass(times, found, frame => matching(frame).map(({ classTitle }) => classTitle), most) };
};

/** Why a rule takes none of the candidates. */
const reasonOf = (rule: Rule): string => {
	if ('keyFrames' in rule) return 'no frame can be decoded by itself';
	if ('figureChanges' in rule) return 'no frame has a figure that a person drew or corrected';
	if (!('annotated' in rule)) return 'there is no frame';
	const { classes, tags, objects } = rule.annotated;
	const asked = [
		...(classes ? [`of ${listed('class', classes)}`] : []),
		...(objects ? [`of ${listed('object', objects)}`] : []),
	];
	const figure = asked.length > 0 || !tags ? [`a figure ${asked.join(' and ')}`.trim()] : [];
	return `no frame has ${[...figure, ...(tags ? [listed('tag', tags)] : [])].join(' with ')}`;
};

const listed = (what: string, values: (string | number)[]): string => {
	const [first] = values;
	return values.length === 1 ? `${what} ${first}` : `${what} ${first} or ${values.length - 1} others`;
};
