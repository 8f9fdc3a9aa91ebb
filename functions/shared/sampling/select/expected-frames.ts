import type { Settings } from '../settings.ts';
import { parseDuration } from './duration.ts';
import { type Fraction, fractionOf, inverse } from './fraction.ts';
import { nameOfRule, type Rule } from './rules.ts';
import { rangeOf, type SelectionSettings } from './select-frames.ts';

/** How many frames a rule takes of a video. `isBound`: at most so many; labels or pictures decide. */
export type Expected = { frames: number; isBound: boolean };

/** What a listing tells of a video. `seconds`: its duration, undefined if unknown. */
export type ListedVideo = { frameCount: number; seconds: number | undefined };

/** How many frames are selected, how many lie from start to end, and how many each rule takes. */
export type ExpectedFrames = Expected & { span: number; rules: (Expected & { rule: string })[] };

/**
 * How many frames a selection has at most, from what a listing tells: frames are taken to be evenly spaced. Exact unless
 * `isBound`.
 */
export function expectedFrames(
	settings: SelectionSettings & Pick<Settings, 'frameQuality'>,
	video: ListedVideo,
): ExpectedFrames {
	const { start, end } = rangeOf(settings, video.frameCount);
	const span = Math.max(0, end - start);
	const { select, step, annotated, minDistance, around } = settings;
	const rules = (select ?? []).map(rule => {
		const { frames, isBound } = expectedOf(rule, { start, end, span }, video);
		return { rule: nameOfRule(rule), frames: Math.min(span, frames), isBound: isBound || (annotated && frames > 0) };
	});
	const union = select
		? Math.min(
				span,
				rules.reduce((sum, { frames }) => sum + frames, 0),
			)
		: span;
	let isBound = annotated || minDistance !== undefined || rules.length > 1 || rules.some(rule => rule.isBound);
	let frames = Math.ceil(union / step);
	if (around !== undefined) {
		isBound ||= frames > 0;
		frames = Math.min(span, frames * (2 * around + 1));
	}
	isBound ||= settings.frameQuality !== undefined;
	return { span, frames, isBound: isBound && frames > 0, rules };
}

const expectedOf = (
	rule: Rule,
	{ start, end, span }: { start: number; end: number; span: number },
	video: ListedVideo,
): Expected => {
	if ('fps' in rule) return instants(inverse(fractionOf(rule.fps)), span, video);
	if ('every' in rule) return instants(parseDuration(rule.every) as Fraction, span, video);
	if ('count' in rule) return { frames: rule.count, isBound: false };
	if ('random' in rule) return { frames: rule.random, isBound: false };
	if ('frames' in rule) {
		const inside = new Set(rule.frames.filter(frame => frame >= start && frame < end));
		return { frames: inside.size, isBound: false };
	}
	if ('times' in rule) return { frames: rule.times.length, isBound: true };
	if ('annotated' in rule) {
		const { classes, perClass } = rule.annotated;
		return { frames: perClass && classes ? perClass * classes.length : span, isBound: true };
	}
	return { frames: span, isBound: true };
};

/** One frame for each period that begins within the range. */
const instants = ({ num, den }: Fraction, span: number, { frameCount, seconds }: ListedVideo): Expected => {
	if (span === 0 || seconds === undefined || frameCount === 0) return { frames: span, isBound: true };
	const last = ((span - 1) * seconds) / frameCount;
	return { frames: Math.min(span, Math.floor((last * Number(den)) / Number(num) + 1e-9) + 1), isBound: false };
};
