import { at } from '../../at.ts';
import type { Settings } from '../settings.ts';
import { applyRule, type SelectionSource } from './apply-rule.ts';
import { parseDuration } from './duration.ts';
import { areApart, type FrameTimes } from './frame-times.ts';
import { nameOfRule, type Rule, textOfRule } from './rules.ts';

export type SelectionSettings = Pick<
	Settings,
	'start' | 'end' | 'step' | 'annotated' | 'annotatedByTags' | 'select' | 'minDistance' | 'around'
>;

/** Selected frames that a rule takes. Rules of one kind have one entry. */
export type TakenByRule = { rule: string; frames: number[] };

/** The selected frames of a video. */
export type Selection = {
	/** Their indices, in order. */
	frames: number[];
	/** The name of the first rule that takes each of them; `around` for their neighbours. */
	rules: string[];
	/** For each rule the selected frames that it takes, in the order of the settings, then `around`. They may overlap. */
	byRule: TakenByRule[];
	/** How many frames each rule of `select` takes, before `step`; a frame may be taken by several. */
	taken: number[];
	/** Remarks: rules that take nothing, and why. */
	notes: string[];
};

/**
 * Selects frames of a video. Settings apply in this order: the range from `start` to `end` (exclusive); with
 * `annotated` only its annotated frames; of these what the rules of `select` take, or all without `select`; of these
 * every `step`-th; of these none closer than `minDistance`; then also the neighbours of these (`around`). Pure.
 */
export function selectFrames(settings: SelectionSettings, source: SelectionSource): Selection {
	const { times, labels } = source;
	const { start, end } = rangeOf(settings, times.count);
	const isAnnotated = (frame: number): boolean =>
		labels !== undefined && (labels.hasFigures(frame) || (settings.annotatedByTags && labels.isTagged(frame)));
	const range = Array.from({ length: Math.max(0, end - start) }, (_, n) => start + n);
	const frames = settings.annotated ? range.filter(isAnnotated) : range;
	const ruleOf = new Map<number, string>();
	const takenBy = new Map<string, Set<number>>();
	const counts: number[] = [];
	const notes: string[] = [];
	if (settings.select) {
		for (const rule of settings.select) {
			const taken = applyRule(rule, { frames, start, end }, source);
			counts.push(taken.frames.length);
			if (taken.note !== undefined) notes.push(noteOf(rule, taken.frames.length, taken.note));
			const name = nameOfRule(rule);
			takenBy.set(name, new Set([...(takenBy.get(name) ?? []), ...taken.frames]));
			for (const frame of taken.frames) if (!ruleOf.has(frame)) ruleOf.set(frame, name);
		}
	} else {
		const name = settings.step > 1 ? 'step' : settings.annotated ? 'annotated' : 'all';
		takenBy.set(name, new Set(frames));
		for (const frame of frames) ruleOf.set(frame, name);
	}
	const union = settings.select ? [...ruleOf.keys()].sort((a, b) => a - b) : frames;
	const stepped = settings.step === 1 ? union : union.filter((_, n) => n % settings.step === 0);
	const thinned =
		settings.minDistance === undefined ? stepped : thin(stepped, settings.minDistance, times, isAnnotated);
	const all = settings.around === undefined ? thinned : withNeighbours(thinned, settings.around, { start, end });
	const own = new Set(thinned);
	const byRule = [...takenBy].map(([rule, taken]) => ({ rule, frames: thinned.filter(frame => taken.has(frame)) }));
	byRule.push({ rule: 'around', frames: all.filter(frame => !own.has(frame)) });
	return {
		...{ frames: all, rules: chosenBy(all, own, ruleOf), taken: counts, notes },
		byRule: byRule.filter(({ frames }) => frames.length > 0),
	};
}

/** Whether a selection depends on the labels of the frames. */
export function needsLabels({
	annotated,
	select,
	minDistance,
	frameQuality,
}: SelectionSettings & Pick<Settings, 'frameQuality'>): boolean {
	const byLabels = (select ?? []).some(rule => 'annotated' in rule || 'figureChanges' in rule);
	return annotated || minDistance !== undefined || byLabels || frameQuality?.evenLabelled === false;
}

/** The range of frames; empty if `start` is beyond the end. */
export function rangeOf(
	{ start, end }: Pick<Settings, 'start' | 'end'>,
	frameCount: number,
): { start: number; end: number } {
	return { start, end: Math.min(end ?? frameCount, frameCount) };
}

const chosenBy = (frames: number[], own: Set<number>, ruleOf: Map<number, string>): string[] =>
	frames.map(frame => (own.has(frame) ? (ruleOf.get(frame) as string) : 'around'));

const noteOf = (rule: Rule, taken: number, note: string): string => {
	const shown = textOfRule(rule);
	return taken === 0 ? `select ${shown} takes no frame: ${note}` : `select ${shown}: ${note}`;
};

/** Leaves out frames that are too close to the one kept before, or to an annotated one; annotated ones stay. */
const thin = (
	frames: number[],
	distance: number | string,
	times: FrameTimes,
	isAnnotated: (frame: number) => boolean,
): number[] => {
	const duration = typeof distance === 'string' ? parseDuration(distance) : undefined;
	const isFar = (first: number, second: number) =>
		duration ? areApart(times, first, second, duration) : second - first >= Number(distance);
	const staying = frames.map(isAnnotated);
	/** The next annotated frame, for each frame. */
	const next = new Array<number | undefined>(frames.length);
	let coming: number | undefined;
	for (let n = frames.length - 1; n >= 0; n--) {
		next[n] = coming;
		if (staying[n]) coming = at(frames, n);
	}
	let last: number | undefined;
	return frames.filter((frame, n) => {
		const after = next[n];
		const isKept =
			staying[n] || ((last === undefined || isFar(last, frame)) && (after === undefined || isFar(frame, after)));
		if (isKept) last = frame;
		return isKept;
	});
};

const withNeighbours = (frames: number[], around: number, { start, end }: { start: number; end: number }): number[] => {
	const all: number[] = [];
	for (const frame of frames) {
		const from = Math.max(frame - around, start, (all.at(-1) ?? -1) + 1);
		for (let each = from; each <= frame + around && each < end; each++) all.push(each);
	}
	return all;
};
