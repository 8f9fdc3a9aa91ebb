import { type Command, InvalidArgumentError } from 'commander';
import { isDuration, parseTime } from '#shared/sampling/select/duration.ts';
import type { Rule } from '#shared/sampling/select/rules.ts';
import { mostAround, type SettingsInput } from '#shared/sampling/settings.ts';
import { UsageError } from './failure.ts';
import { repeatable, wholeNumber } from './options.ts';

/** Options that choose frames of a video by its times and pictures. */
export type SelectOptions = {
	fps?: number;
	every?: string;
	count?: number;
	frames?: number[];
	times?: string[];
	random?: number;
	seed?: number;
	keyFrames?: boolean;
	scenes?: number;
	minDistance?: number | string;
	around?: number;
};

/** Options that choose frames by their labels. */
export type LabelOptions = {
	class?: string[];
	tag?: string[];
	object?: number[];
	perClass?: number;
	figureChanges?: boolean;
};

/** Options that choose frames by the quality of their pictures. */
export type QualityOptions = {
	sharpestOf?: string;
	dropNearDuplicates?: number | true;
	minSharpness?: number;
	minBrightness?: number;
	maxBrightness?: number;
	evenLabelled?: boolean;
};

/** Adds the options that choose frames by the quality of their pictures. */
export function addQualityOptions(command: Command): Command {
	return command
		.option('--sharpest-of <duration>', 'only the sharpest frame of each such window, such as 1s', duration)
		.option('--drop-near-duplicates [bits]', 'drops frames like the last kept one; default: up to 6 of 64 bits', bits)
		.option('--min-sharpness <n>', 'drops frames with a smaller variance of the Laplacian', value)
		.option('--min-brightness <n>', 'drops frames with a smaller mean gray value, 0 to 255', value)
		.option('--max-brightness <n>', 'drops frames with a larger mean gray value', value)
		.option('--even-labelled', 'drops frames with figures as well');
}

/** The quality rules of the given options; undefined if there are none. */
export function qualitySettings({
	sharpestOf,
	dropNearDuplicates,
	minSharpness,
	minBrightness,
	maxBrightness,
	evenLabelled,
}: QualityOptions): SettingsInput['frameQuality'] {
	const quality = {
		...(sharpestOf === undefined ? {} : { sharpestOf }),
		...(dropNearDuplicates === undefined
			? {}
			: { dropNearDuplicates: dropNearDuplicates === true ? {} : { distance: dropNearDuplicates } }),
		...(minSharpness === undefined ? {} : { minSharpness }),
		...(minBrightness === undefined ? {} : { minBrightness }),
		...(maxBrightness === undefined ? {} : { maxBrightness }),
		...(evenLabelled ? { evenLabelled } : {}),
	};
	return Object.keys(quality).length === 0 ? undefined : quality;
}

/** Adds the options that choose frames by anything but labels. Several options take the union of their frames. */
export function addSelectOptions(command: Command): Command {
	return command
		.option('--fps <n>', 'this many frames per second, such as 0.5', rate)
		.option('--every <duration>', 'one frame per duration, such as 2s or 500ms', duration)
		.option('--count <n>', 'exactly this many frames, evenly spaced in time', wholeNumber(1))
		.option('--frames <list>', 'these frames, such as 0,42', frameList)
		.option('--times <list>', 'the frames at these times, such as 0:10,1:02.5', timeList)
		.option('--random <n>', 'this many frames, chosen at random', wholeNumber(1))
		.option('--seed <n>', 'seed of --random; default: 0', wholeNumber(0))
		.option('--key-frames', 'frames that can be decoded without others')
		.option('--scenes <n>', 'this many frames of each scene', wholeNumber(1))
		.option('--min-distance <distance>', 'leaves out frames closer than this many frames, or than 2s', distance)
		.option('--around <n>', 'also this many frames before and after each of them', wholeNumber(1, mostAround));
}

/** Adds the options that choose frames by labels. */
export function addLabelOptions(command: Command): Command {
	return command
		.option('--class <name>', 'only frames with a figure of this class; can be repeated', repeatable(text))
		.option('--tag <name>', 'only frames with this tag; can be repeated', repeatable(text))
		.option('--object <id>', 'only frames with a figure of this object; can be repeated', repeatable(wholeNumber(1)))
		.option('--per-class <n>', 'at most this many frames of each class, rare classes first', wholeNumber(1))
		.option('--figure-changes', 'frames with a figure that a person drew or corrected');
}

/** The settings of the given options; others are absent. @throws UsageError for --seed without --random */
export function selectSettings(
	options: SelectOptions & LabelOptions,
): Pick<SettingsInput, 'select' | 'minDistance' | 'around'> {
	const { seed, minDistance, around } = options;
	if (seed !== undefined && options.random === undefined)
		throw new UsageError(`--seed is ${seed} without --random: only a random choice has a seed`);
	const select = rulesOf(options);
	return {
		...(select.length === 0 ? {} : { select }),
		...(minDistance === undefined ? {} : { minDistance }),
		...(around === undefined ? {} : { around }),
	};
}

const rulesOf = ({
	fps,
	every,
	count,
	frames,
	times,
	random,
	seed,
	...options
}: SelectOptions & LabelOptions): Rule[] => {
	const { class: classes, tag: tags, object: objects, perClass } = options;
	const annotated = {
		...(classes ? { classes } : {}),
		...(tags ? { tags } : {}),
		...(objects ? { objects } : {}),
		...(perClass === undefined ? {} : { perClass }),
	};
	return [
		...(fps === undefined ? [] : [{ fps }]),
		...(every === undefined ? [] : [{ every }]),
		...(count === undefined ? [] : [{ count }]),
		...(frames === undefined ? [] : [{ frames }]),
		...(times === undefined ? [] : [{ times }]),
		...(random === undefined ? [] : [{ random, ...(seed === undefined ? {} : { seed }) }]),
		...(options.keyFrames ? [{ keyFrames: true } as const] : []),
		...(options.scenes === undefined ? [] : [{ scenes: { perScene: options.scenes } }]),
		...(Object.keys(annotated).length === 0 ? [] : [{ annotated }]),
		...(options.figureChanges ? [{ figureChanges: true } as const] : []),
	];
};

const rate = (text: string): number => {
	const value = Number(text);
	if (/^\d+(\.\d+)?$/.test(text) && value >= 1e-6 && value <= 1000) return value;
	throw new InvalidArgumentError('It must be a number of frames a second from 0.000001 to 1000, such as 0.5.');
};

const duration = (text: string): string => {
	if (isDuration(text)) return text;
	throw new InvalidArgumentError('It must be a duration above 0, such as 2s, 500ms, 1.5m or 1h.');
};

const distance = (text: string): number | string => {
	if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
	if (isDuration(text)) return text;
	throw new InvalidArgumentError('It must be a number of frames from 1, or a duration such as 2s or 500ms.');
};

const frameList = (text: string): number[] => {
	const frames = text.split(',').map(each => each.trim());
	if (frames.every(each => /^\d{1,15}$/.test(each))) return frames.map(Number);
	throw new InvalidArgumentError('It must be frame indices with commas between them, such as 0,42.');
};

const timeList = (text: string): string[] => {
	const times = text.split(',').map(each => each.trim());
	if (times.every(each => parseTime(each) !== undefined)) return times;
	throw new InvalidArgumentError('It must be times with commas between them, such as 0:10,1:02.5 or 62.5.');
};

const text = (given: string): string => {
	if (given === '') throw new InvalidArgumentError('It is empty: give a name.');
	return given;
};

const bits = (text: string): number => wholeNumber(0, 32)(text);

const value = (text: string): number => {
	if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
	throw new InvalidArgumentError('It must be a number from 0.');
};
