import * as z from 'zod';
import { at } from '../at.ts';
import { storedObject } from '../stored-object.ts';
import {
	chromas,
	type ImageOption,
	imageFormats,
	imageLimits,
	largestWebpSide,
	misplacedImageOption,
} from '../video/picture/image-format.ts';
import { frameQualitySchema } from './frame-quality.ts';
import { addIssue, atMost, flag, mustBe, said, strictObject, wholeNumber } from './must-be.ts';
import { isDuration } from './select/duration.ts';
import { nameOfRule, ruleSchema } from './select/rules.ts';
import { splitSchema } from './split-settings.ts';

/** Largest side of a resized picture, in pixels; encoders allow more, but no training uses it. */
const largestSide = 16_384;

const sides = mustBe('resize', '[height, width], such as [720, null]: null keeps the aspect ratio');
const sideLimit = mustBe('a side', `a whole number of pixels from 1 to ${largestSide}, or null`);
const side = z.int(sideLimit).min(1, sideLimit).max(largestSide, sideLimit);

/** Error message for a value out of its limits. */
const limit = (option: ImageOption) => ({
	error: ({ input }: { input?: unknown }) => `${option} is ${said(input)}: ${imageLimits[option]}`,
});

/** `quality`, that of image files, is easily mistaken for `frameQuality`, which is an object. */
const quality = {
	error: ({ input }: { input?: unknown }) =>
		typeof input === 'object' && input !== null
			? `quality is ${said(input)}: it must be the quality of image files, a whole number from 1 to 100; for rules on the quality of frames use frameQuality`
			: limit('quality').error({ input }),
};

/** Most rules of a selection. */
const mostRules = 100;

/** Most frames that `around` adds on each side of a frame. */
export const mostAround = 1000;

const neighbours = mustBe('around', `a whole number from 1 to ${mostAround}`);

const distance = mustBe('minDistance', 'a number of frames from 1, or a duration such as "2s" or "500ms"');

const fields = {
	start: wholeNumber('start', 0).default(0),
	end: wholeNumber('end', 1).nullable().default(null),
	step: wholeNumber('step', 1).default(1),
	annotated: flag('annotated').default(false),
	annotatedByTags: flag('annotatedByTags').default(false),
	select: z
		.array(ruleSchema, mustBe('select', 'a list of rules, such as [{"fps": 1}]'))
		.min(1, 'select is []: name at least one rule, or leave it out')
		.max(mostRules, atMost('select', mostRules))
		.optional(),
	minDistance: z
		.union([z.int(), z.string()], distance)
		.refine(value => (typeof value === 'number' ? value >= 1 : isDuration(value)), distance)
		.optional(),
	around: z.int(neighbours).min(1, neighbours).max(mostAround, neighbours).optional(),
	frameQuality: frameQualitySchema.optional(),
	split: splitSchema.optional(),
	resize: z.tuple([side.nullable(), side.nullable()], sides).nullable().default(null),
	copyAnnotations: flag('copyAnnotations').default(true),
	replace: flag('replace').default(false),
	format: z.enum(imageFormats, limit('format')).default('png'),
	quality: z.int(quality).min(1, quality).max(100, quality).nullable().default(null),
	chroma: z.literal(chromas, limit('chroma')).nullable().default(null),
	optimiseCoding: z.boolean(limit('optimiseCoding')).default(false),
};

/** Rules that step contradicts. */
const exactRules = new Set(['count', 'frames', 'times', 'random']);

/**
 * What to sample from each video. Names are those of the Python SDK's sampler.
 * - `start`, `end`: frame indices, `end` exclusive; null: to the last picture
 * - `annotated`: only frames with at least one figure
 * - `annotatedByTags`: with `annotated`, also frames within the frame range of a video tag
 * - `select`: rules that take frames; the union of what they take. Absent: all
 * - `step`: every n-th of the remaining frames
 * - `minDistance`: in frames, or a duration such as `2s`: leaves out frames that are closer to another; annotated ones stay
 * - `around`: also this many frames before and after each of the remaining ones
 * - `frameQuality`: drops frames by the quality of their pictures
 * - `split`: which images are for training, validation and testing
 * - `resize`: [height, width] in pixels, used as given; one of them null: keeps the aspect ratio
 * - `copyAnnotations`: converts the labels of the frames
 * - `replace`: existing images of another size are uploaded again; otherwise they are kept
 * - `format`: of the images, and their file name extension; one per project
 * - `quality`: of jpg and webp; null: 95
 * - `chroma`: of jpg; null: 444
 * - `optimiseCoding`: of jpg; slightly smaller files, three times slower
 */
export const settingsSchema = strictObject(fields).superRefine(
	({ start, end, resize, annotated, annotatedByTags, select, step, ...image }, context) => {
		const exact = step > 1 ? select?.findIndex(rule => exactRules.has(nameOfRule(rule))) : -1;
		if (select && exact !== undefined && exact >= 0) {
			const name = nameOfRule(at(select, exact));
			addIssue(
				context,
				['step'],
				nameOf =>
					`${nameOf('step')} is ${step} and the rule ${nameOf(`select.${name}`)} says exactly which frames: leave one of them out`,
			);
		}
		for (const [n, rule] of (select ?? []).entries()) {
			const outside =
				'frames' in rule ? rule.frames.find(frame => frame < start || (end !== null && frame >= end)) : undefined;
			if (outside === undefined) continue;
			addIssue(context, ['select', n, 'frames'], nameOf => {
				const range = `${nameOf('start')} is ${start}${end === null ? '' : ` and ${nameOf('end')} is ${end}`}`;
				return `${nameOf('select.frames')} has ${outside}, and ${range}: widen the range, or leave the frame out`;
			});
		}
		const misplaced = misplacedImageOption(image);
		if (misplaced)
			addIssue(
				context,
				[misplaced.option],
				nameOf => misplacedImageOption(image, nameOf)?.message ?? misplaced.message,
			);
		const longest = Math.max(...(resize ?? []).map(Number));
		if (image.format === 'webp' && longest > largestWebpSide) {
			addIssue(
				context,
				['resize'],
				nameOf =>
					`${nameOf('resize')} has a side of ${longest} and ${nameOf('format')} is webp: WebP allows at most ${largestWebpSide} pixels per side, so make it smaller or choose png or jpg`,
			);
		}
		if (annotatedByTags && !annotated) {
			addIssue(
				context,
				['annotatedByTags'],
				nameOf =>
					`${nameOf('annotatedByTags')} is true and ${nameOf('annotated')} is false: it says what counts as annotated, so set both`,
			);
		}
		if (resize && resize[0] === null && resize[1] === null) {
			addIssue(
				context,
				['resize'],
				nameOf => `${nameOf('resize')} is [null, null]: name the height, the width or both`,
			);
		}
		if (end !== null && end <= start) {
			addIssue(
				context,
				['end'],
				nameOf =>
					`${nameOf('end')} is ${end} and ${nameOf('start')} is ${start}: the end is exclusive, so it must be greater than the start`,
			);
		}
	},
);

/** What making an image needs of the settings, as in the document of a chunk. */
export const imageSettingsSchema = storedObject({
	resize: fields.resize,
	format: fields.format,
	quality: fields.quality,
	chroma: fields.chroma,
	optimiseCoding: fields.optimiseCoding,
});

/** The settings that making an image needs. */
export function imageSettingsOf({ resize, format, quality, chroma, optimiseCoding }: Settings): ImageSettings {
	return { resize, format, quality, chroma, optimiseCoding };
}

/** The settings in a document: those of another release may have more fields. */
export const storedSettingsSchema = settingsSchema.loose() as unknown as typeof settingsSchema;

export type Settings = z.output<typeof settingsSchema>;
export type ImageSettings = z.output<typeof imageSettingsSchema>;
export type SettingsInput = z.input<typeof settingsSchema>;
