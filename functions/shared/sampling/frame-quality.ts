import * as z from 'zod';
import { storedObject } from '../stored-object.ts';
import { addIssue, flag, mustBe, strictObject } from './must-be.ts';
import { isDuration, parseDuration } from './select/duration.ts';

const number = (name: string, least: number, most: number) => {
	const limit = mustBe(name, `a number from ${least} to ${most}`);
	return z.number(limit).min(least, limit).max(most, limit);
};

/** Longest window of which the sharpest frame is kept, in seconds: it is decoded as a whole. */
const longestWindow = 60n;

const window = mustBe('sharpestOf', 'a duration such as "500ms" or "2s", at most "1m"');

const isWindow = (text: string): boolean => {
	const { num, den } = parseDuration(text) ?? { num: 0n, den: 1n };
	return isDuration(text) && num <= longestWindow * den;
};

const distance = mustBe('distance', 'a whole number from 0 to 32');

/** Criteria that a frame can be required to meet. */
const qualityRules = ['sharpestOf', 'dropNearDuplicates', 'minSharpness', 'minBrightness', 'maxBrightness'];

/**
 * Rules that drop selected frames by the quality of their pictures. Frames with figures are kept, unless `evenLabelled`.
 * - `minSharpness`: variance of the Laplacian, as OpenCV computes it
 * - `minBrightness`, `maxBrightness`: mean gray value, 0 to 255
 * - `sharpestOf`: length of a window of time, of which only the sharpest frame is kept; the first window begins at the
 *   first frame of the video
 * - `dropNearDuplicates`: frames whose perceptual hash differs from that of the last kept frame in at most `distance` of 64
 *   bits are dropped
 */
export const frameQualitySchema = strictObject({
	sharpestOf: z.string(window).refine(isWindow, window).optional(),
	dropNearDuplicates: strictObject({
		distance: z.int(distance).min(0, distance).max(32, distance).default(6),
	}).optional(),
	minSharpness: number('minSharpness', 0, 1e6).optional(),
	minBrightness: number('minBrightness', 0, 255).optional(),
	maxBrightness: number('maxBrightness', 0, 255).optional(),
	evenLabelled: flag('evenLabelled').default(false),
}).superRefine(({ evenLabelled, ...rules }, context) => {
	const { minBrightness = 0, maxBrightness = 255 } = rules;
	if (minBrightness > maxBrightness) {
		addIssue(context, ['minBrightness'], nameOf => {
			const [least, most] = [nameOf('frameQuality.minBrightness'), nameOf('frameQuality.maxBrightness')];
			return `${least} is ${minBrightness} and ${most} is ${maxBrightness}: no frame has both, so swap them or leave one out`;
		});
	}
	if (Object.keys(rules).length > 0) return;
	addIssue(context, [], nameOf => {
		const given = evenLabelled ? `${nameOf('frameQuality.evenLabelled')} alone` : nameOf('frameQuality');
		const [last, ...others] = qualityRules.map(rule => nameOf(`frameQuality.${rule}`)).reverse();
		return `${given} sets no condition on frames: add ${others.reverse().join(', ')} or ${last}`;
	});
});
export type FrameQuality = z.output<typeof frameQualitySchema>;

/** Why frames are dropped. */
export const dropReasons = ['blurred', 'dark', 'bright', 'lessSharp', 'nearDuplicate'] as const;
export type DropReason = (typeof dropReasons)[number];

const count = z.int().min(0).default(0);

/** The number of dropped frames, by reason. */
export const droppedSchema = storedObject({
	blurred: count,
	dark: count,
	bright: count,
	lessSharp: count,
	nearDuplicate: count,
});
export type Dropped = z.output<typeof droppedSchema>;

export const noneDropped: Dropped = { blurred: 0, dark: 0, bright: 0, lessSharp: 0, nearDuplicate: 0 };

export function addDropped(a: Dropped, b: Dropped): Dropped {
	return Object.fromEntries(dropReasons.map(reason => [reason, a[reason] + b[reason]])) as Dropped;
}

export function countDropped(dropped: Dropped): number {
	return dropReasons.reduce((sum, reason) => sum + dropped[reason], 0);
}

/** The quality rules of a chunk, and what they need. */
export const chunkQualitySchema = storedObject({
	rules: storedObject(frameQualitySchema.shape),
	/** Frames that are kept whatever their quality. */
	labelled: z.array(z.int()),
	/** The window of each frame of the chunk, by number; empty without windows. */
	windows: z.array(z.int()),
	/** The chunk before, if its last kept frame is compared with the first of this one; and the chunk after. */
	previous: z.string().nullable(),
	next: z.string().nullable(),
});
export type ChunkQuality = z.output<typeof chunkQualitySchema>;
