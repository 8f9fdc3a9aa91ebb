import * as z from 'zod';
import { mustBe, said, strictObject } from './must-be.ts';
import { isDuration, parseDuration } from './select/duration.ts';
import type { Fraction } from './select/fraction.ts';

/** The parts of a split, in the order in which shares are laid out. */
export const splitNames = ['train', 'val', 'test'] as const;
export type SplitName = (typeof splitNames)[number];

/** Length of a block, and distance between two splits, unless told. */
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
const seed = mustBe('seed', 'a whole number from 0');

const isLess = (a: Fraction, b: Fraction): boolean => a.num * b.den < b.num * a.den;

const isBlock = (text: string): boolean =>
	isDuration(text) && !isLess(parseDuration(text) as Fraction, { num: shortestBlock, den: 1n });

/** How far apart the sum of the shares and 1 may be: 0.7 + 0.2 + 0.1 is not exactly 1. */
const tolerance = 1e-9;

/**
 * Which part of a data set each image is in.
 * - `train`, `val`, `test`: shares that sum to 1; one that is absent is 0
 * - `by`: what stays together: a video, a scene, or a block of time
 * - `block`: by time: length of a block; blocks begin at the first frame of the video. Absent: 1m
 * - `gap`: by scene or time: frames of different splits of a video are at least so far apart in time; those between are
 *   in none. Absent: 1s
 * - `seed`: another one draws anew
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
	seed: z.int(seed).min(0, seed).default(0),
}).superRefine(({ by, block, gap, ...shares }, context) => {
	const sum = splitNames.reduce((sum, name) => sum + (shares[name] ?? 0), 0);
	if (Math.abs(sum - 1) > tolerance) {
		const [train, val, test] = splitNames.map(name => `${name} is ${shares[name] ?? 0}`);
		const total = Number(sum.toPrecision(12));
		const message = `${train}, ${val} and ${test}, which is ${total} in all: shares must sum to 1, such as 0.8, 0.1 and 0.1`;
		context.addIssue({ code: 'custom', message });
	}
	if (block !== undefined && by !== 'time') {
		const message = `block is ${said(block)} and by is ${by}: only time is cut into blocks, so leave it out or split by time`;
		context.addIssue({ code: 'custom', path: ['block'], message });
	}
	if (gap !== undefined && by === 'video') {
		const message = `gap is ${said(gap)} and by is video: a video is in one split as a whole, so leave it out or split by scene or time`;
		context.addIssue({ code: 'custom', path: ['gap'], message });
	}
	const [ofBlock, ofGap] = [parseDuration(block ?? usualBlock), parseDuration(gap ?? usualGap)];
	if (by === 'time' && ofBlock && ofGap && !isLess(ofGap, ofBlock)) {
		const message = `gap is ${said(gap ?? usualGap)} and block is ${said(block ?? usualBlock)}: little would be left of a block, so make the gap shorter or the block longer`;
		context.addIssue({ code: 'custom', path: ['gap'], message });
	}
});
export type Split = z.output<typeof splitSchema>;
