import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FrameQuality } from '#shared/sampling/frame-quality.ts';
import { settingsSchema } from '#shared/sampling/settings.ts';
import { hashDistance } from '#shared/video/picture/scores.ts';
import { makeQualityFilter, type ScoredFrame, type Verdict } from '../../../functions/decode/quality-filter.ts';

type Rules = Omit<FrameQuality, 'evenLabelled'>;

const hashes = ['0000000000000000', '0000000000000007', '00000000000000ff', 'ffffffff00000000'];

const frames: fc.Arbitrary<ScoredFrame[]> = fc
	.array(
		fc.record({
			stays: fc.boolean(),
			isLabelled: fc.integer({ min: 0, max: 5 }).map(n => n === 0),
			sharpness: fc.integer({ min: 0, max: 20 }),
			brightness: fc.integer({ min: 0, max: 20 }),
			hash: fc.constantFrom(...hashes),
		}),
		{ maxLength: 40 },
	)
	.map(all => {
		let window = 0;
		return all.map(({ stays, isLabelled, ...scores }, index) => {
			if (!stays) window++;
			return { index, window, isLabelled, scores };
		});
	});

const rules: fc.Arbitrary<Rules> = fc.record(
	{
		sharpestOf: fc.constant('1s'),
		dropNearDuplicates: fc.record({ distance: fc.integer({ min: 0, max: 10 }) }),
		minSharpness: fc.constant(3),
		minBrightness: fc.constant(2),
		maxBrightness: fc.constant(18),
	},
	{ requiredKeys: [] },
);

const filtered = (filter: ReturnType<typeof makeQualityFilter>, all: ScoredFrame[]): Verdict[] =>
	[...all.flatMap(filter.add), ...filter.end()].sort((a, b) => a.index - b.index);

/** The same as the documentation says it, over all frames at once. */
const plainly = (quality: Rules, all: ScoredFrame[]): Verdict[] => {
	const verdicts = new Map<number, Verdict['verdict']>();
	const good = all.filter(({ index, isLabelled, scores }) => {
		if (isLabelled) return true;
		if (scores.sharpness < (quality.minSharpness ?? 0)) verdicts.set(index, 'blurred');
		else if (scores.brightness < (quality.minBrightness ?? 0)) verdicts.set(index, 'dark');
		else if (scores.brightness > (quality.maxBrightness ?? 255)) verdicts.set(index, 'bright');
		return !verdicts.has(index);
	});
	const sharp = good.filter(({ index, window, isLabelled, scores }) => {
		if (isLabelled || quality.sharpestOf === undefined) return true;
		const others = good.filter(each => each.window === window);
		const best = Math.max(...others.map(each => each.scores.sharpness));
		if (others.find(each => each.scores.sharpness === best)?.index === index && scores.sharpness === best) return true;
		verdicts.set(index, 'lessSharp');
		return false;
	});
	let last: string | undefined;
	for (const { index, isLabelled, scores } of sharp) {
		const near = last !== undefined && hashDistance(last, scores.hash) <= (quality.dropNearDuplicates?.distance ?? -1);
		if (near && !isLabelled) verdicts.set(index, 'nearDuplicate');
		else last = scores.hash;
	}
	return all.map(({ index }) => ({ index, verdict: verdicts.get(index) ?? 'kept' }));
};

describe('the quality filter', () => {
	test('gives each frame the verdict of the documentation, once', () => {
		fc.assert(
			fc.property(rules, frames, (quality, all) => {
				expect(filtered(makeQualityFilter(quality), all)).toEqual(plainly(quality, all));
			}),
			{ numRuns: 1000 },
		);
	});
	test('gives the same verdicts wherever it is cut between windows', () => {
		fc.assert(
			fc.property(rules, frames, fc.nat(40), (quality, all, wished) => {
				const begin = all.findIndex(({ index, window }) => index >= wished && window !== all[index - 1]?.window);
				const cut = begin < 0 ? all.length : begin;
				const first = makeQualityFilter(quality);
				const before = filtered(first, all.slice(0, cut));
				const after = filtered(makeQualityFilter(quality, first.lastHash()), all.slice(cut));
				expect([...before, ...after]).toEqual(plainly(quality, all));
			}),
			{ numRuns: 1000 },
		);
	});
});

describe('quality rules that are refused', () => {
	test.each([
		[{}, '', 'frameQuality sets no condition on frames'],
		[{ evenLabelled: true }, '', 'evenLabelled alone sets no condition on frames: add sharpestOf, '],
		[
			{ sharpestOf: '2m' },
			'sharpestOf',
			'sharpestOf is "2m": it must be a duration such as "500ms" or "2s", at most "1m"',
		],
		[{ sharpestOf: 2 }, 'sharpestOf', 'sharpestOf is 2: it must be a duration'],
		[
			{ dropNearDuplicates: { distance: 33 } },
			'dropNearDuplicates.distance',
			'distance is 33: it must be a whole number',
		],
		[{ minSharpness: -1 }, 'minSharpness', 'minSharpness is -1: it must be a number from 0 to 1000000'],
		[{ maxBrightness: 256 }, 'maxBrightness', 'maxBrightness is 256: it must be a number from 0 to 255'],
		[
			{ minBrightness: 9, maxBrightness: 8 },
			'minBrightness',
			'minBrightness is 9 and maxBrightness is 8: no frame has both',
		],
	])('%j', (frameQuality, path, message) => {
		const [issue] = settingsSchema.safeParse({ frameQuality }).error?.issues ?? [];
		expect(issue?.path.join('.')).toBe(`frameQuality${path && `.${path}`}`);
		expect(issue?.message).toContain(message);
	});
});
