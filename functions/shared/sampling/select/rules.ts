import * as z from 'zod';
import { atMost, mustBe, said, strictObject, wholeNumber } from '../must-be.ts';
import { isDuration, parseTime } from './duration.ts';

/** Most entries of a list in a rule. */
const mostListed = 100_000;
const mostNames = 1000;

/** A duration above 0. @param name of the setting, for the message */
export function durationSchema(name: string) {
	const message = mustBe(name, 'a duration such as "2s", "500ms", "1.5m" or "1h"');
	return z
		.string(message)
		.refine(isDuration, message)
		.meta({ description: 'A duration above 0: 500ms, 2s, 1.5m or 1h', examples: ['2s', '500ms'] });
}

const timeTexts = 'a time such as "1:02.5", "1:00:02" or 62.5 (seconds)';

const time = z
	.union([z.number(), z.string()], mustBe('a time', timeTexts))
	.refine(value => parseTime(value) !== undefined, mustBe('a time', timeTexts))
	.meta({ description: 'A time since the first frame: seconds, or minutes:seconds, or hours:minutes:seconds' });

const names = (name: string) =>
	z
		.array(
			z.string(mustBe('a name', 'a text')).min(1, mustBe('a name', 'a text that is not empty')),
			mustBe(name, 'a list of names'),
		)
		.min(1, mustBe(name, 'a list of at least one name'))
		.max(mostNames, atMost(name, mostNames));

const scenes = strictObject({ perScene: wholeNumber('perScene', 1) });

const annotated = strictObject({
	classes: names('classes').optional(),
	tags: names('tags').optional(),
	objects: z
		.array(wholeNumber('an object', 1))
		.min(1, mustBe('objects', 'a list of at least one object id'))
		.max(mostListed, atMost('objects', mostListed))
		.optional(),
	perClass: wholeNumber('perClass', 1).optional(),
}).meta({ description: 'What a frame must have to be selected; {}: any figure' });

const fpsLimit = mustBe('fps', 'a number from 0.000001 to 1000');

const fields = {
	fps: z.number(fpsLimit).min(1e-6, fpsLimit).max(1000, fpsLimit),
	every: durationSchema('every'),
	count: wholeNumber('count', 1),
	frames: z
		.array(wholeNumber('a frame', 0))
		.min(1, 'frames is []: name at least one frame')
		.max(mostListed, atMost('frames', mostListed)),
	times: z.array(time).min(1, 'times is []: name at least one time').max(mostListed, atMost('times', mostListed)),
	random: wholeNumber('random', 1),
	keyFrames: z.literal(true, mustBe('keyFrames', 'true')),
	scenes,
	annotated,
	figureChanges: z.literal(true, mustBe('figureChanges', 'true')),
};
type RuleName = keyof typeof fields;

/** The names of the rules, in the order of the documentation. */
export const ruleNames = Object.keys(fields) as RuleName[];

type Values = { [Name in RuleName]: z.output<(typeof fields)[Name]> };

/** A rule that takes frames of a video. Has one of the fields. */
export type Rule =
	| { [Name in Exclude<RuleName, 'random'>]: { [Key in Name]: Values[Name] } }[Exclude<RuleName, 'random'>]
	| { random: number; seed?: number | undefined };

/** The name of a rule. */
export function nameOfRule(rule: Rule): RuleName {
	return ruleNames.find(name => name in rule) as RuleName;
}

/** Most characters of a rule in a message or an answer. */
const longestText = 80;

/** A rule as it is written, in JSON; a long one is cut. */
export function textOfRule(rule: Rule): string {
	const text = JSON.stringify(rule);
	return text.length > longestText ? `${text.slice(0, longestText - 1)}…` : text;
}

/**
 * A rule that takes frames of a video.
 * - `fps`, `every`: the first frame at or after each instant; instants come at this rate, or once in this duration,
 *   from the first frame of the range on
 * - `count`: this many, evenly spaced in time; all where there are fewer
 * - `frames`, `times`: these frames; the first frame at or after each of these times since the first frame of the video
 * - `random`: this many at random; the same for the same seed and name of the video
 * - `keyFrames`: pictures that can be decoded without others
 * - `scenes`: this many of each scene, evenly spaced in time
 * - `annotated`: frames with a figure of one of the classes and of one of the objects, and with one of the tags; what is left
 *   out is not required. `perClass`: at most this many with figures of a class, rare classes first
 * - `figureChanges`: frames with a figure that a person drew or corrected
 */
export const ruleSchema = strictObject({ ...fields, seed: wholeNumber('seed', 0) })
	.partial()
	.superRefine((rule, context) => {
		const found = ruleNames.filter(name => rule[name] !== undefined);
		if (found.length === 1 && (rule.seed === undefined || rule.random !== undefined)) return;
		const message =
			found.length === 1
				? `seed is ${rule.seed} beside ${found[0]}: only random has a seed`
				: found.length > 1
					? `a rule has ${found.join(' and ')}: make each a rule of its own`
					: `a rule is ${said(rule)}: it must have one of ${ruleNames.join(', ')}, such as {"fps": 0.5}`;
		context.addIssue({ code: 'custom', message, ...(found.length === 1 ? { path: ['seed'] } : {}) });
	})
	.meta({
		oneOf: ruleNames.map(name => ({ required: [name] })),
		examples: [{ fps: 0.5 }, { every: '2s' }, { random: 50, seed: 7 }, { annotated: { classes: ['car'] } }],
	}) as unknown as z.ZodType<Rule, Rule>;
