import * as z from 'zod';
import { addIssue, mustBe, said, strictObject, wholeNumber } from './must-be.ts';
import { isDuration, parseDuration } from './select/duration.ts';
import type { Fraction } from './select/fraction.ts';

/** The parts of a split, in the order in which shares are laid out. */
export const splitNames = ['train', 'val', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** Default length of a block, and default time between two splits. */
export const usualBlock = '1m';
export const usualGap = '1s';

/** Shortest block: shorter ones are of no use, and a long video would have millions of them. */
const shortestBlock = 1n;

const share = (name: SplitName) => {
	const limit = mustBe(name, 'a share from 0 to 1, such as 0.8');
	return z.number(limit).min(0, limit).max(1, limit).optional();
};

const block = mustBe('block', 'a duration from "1s", such as "30s" or "1m"');
const gap = mustBe('gap', 'a duration such as "1s" or "500ms", or "0s" for none');

const isLess = (a: Fraction, b: Fraction): boolean => a.num * b.den < b.num * a.den;

const isBlock = (text: string): boolean =>
	isDuration(text) && !isLess(parseDuration(text) as Fraction, { num: shortestBlock, den: 1n });

const rounded = (number: number): number => Number(number.toPrecision(12));

/** How far apart the sum of the shares and 1 may be: 0.7 + 0.2 + 0.1 is not exactly 1. */
const tolerance = 1e-9;

/**
 * Which part of a data set each image is in.
 * - `train`, `val`, `test`: shares that sum to 1; one that is absent is 0
 * - `by`: what stays together: a video, a scene, or a block of time
 * - `block`: by time: length of a block; blocks begin at the first frame of the video. Absent: 1m
 * - `gap`: by scene or time: least time between frames of different splits of a video; frames in between are in no
 *   split. Absent: 1s
 * - `seed`: another seed gives another split
 */
export const splitSchema = strictObject({
	train: share('train'),
	val: share('val'),
	test: share('test'),
	by: z.enum(['video', 'scene', 'time'], mustBe('by', 'video, scene or time')).default('video'),
	block: z.string(block).refine(isBlock, block).optional(),
	gap: z
		.string(gap)
		.refine(text => parseDuration(text) !== undefined, gap)
		.optional(),
	seed: wholeNumber('seed', 0).default(0),
}).superRefine(({ by, block, gap, ...shares }, context) => {
	const sum = splitNames.reduce((sum, name) => sum + (shares[name] ?? 0), 0);
	const given = splitNames.filter(name => shares[name] !== undefined);
	if (given.length === 0) {
		addIssue(
			context,
			[],
			nameOf => `${nameOf('split')} has no share: name train, val or test, such as train 0.8, val 0.1 and test 0.1`,
		);
	} else if (Math.abs(sum - 1) > tolerance) {
		const each = given.map(name => `${name} ${shares[name]}`).join(', ');
		const remedy = sum < 1 ? `give ${rounded(1 - sum)} more` : `give ${rounded(sum - 1)} less`;
		addIssue(
			context,
			[],
			nameOf =>
				`${nameOf('split')} has the shares ${each}: they sum to ${rounded(sum)} and must sum to 1, so ${remedy}`,
		);
	}
	if (block !== undefined && by !== 'time') {
		addIssue(
			context,
			['block'],
			nameOf =>
				`${nameOf('split.block')} is ${said(block)} and ${nameOf('split.by')} is ${by}: only time is cut into blocks, so leave it out or split by time`,
		);
	}
	if (gap !== undefined && by === 'video') {
		addIssue(
			context,
			['gap'],
			nameOf =>
				`${nameOf('split.gap')} is ${said(gap)} and ${nameOf('split.by')} is video: a video is in one split as a whole, so leave it out or split by scene or time`,
		);
	}
	const [ofBlock, ofGap] = [parseDuration(block ?? usualBlock), parseDuration(gap ?? usualGap)];
	if (by === 'time' && ofBlock && ofGap && !isLess(ofGap, ofBlock)) {
		addIssue(
			context,
			['gap'],
			nameOf =>
				`${nameOf('split.gap')} is ${said(gap ?? usualGap)} and ${nameOf('split.block')} is ${said(block ?? usualBlock)}: little would be left of a block, so make the gap shorter or the block longer`,
		);
	}
});
export type Split = z.output<typeof splitSchema>;
