import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDuration } from '#shared/sampling/select/duration.ts';
import type { FrameTimes } from '#shared/sampling/select/frame-times.ts';
import { settingsSchema } from '#shared/sampling/settings.ts';
import { splitOfFrames } from '#shared/sampling/split.ts';
import { splitSchema } from '#shared/sampling/split-settings.ts';
import { withSplit } from '#shared/sampling/split-tag.ts';
import { evenTimes } from '../select/source.ts';

const timesOf = (milliseconds: number[]): FrameTimes => ({
	count: milliseconds.length,
	ticks: frame => milliseconds[frame] as number,
	tick: { num: 1n, den: 1000n },
});
const shares = { train: 0.8, val: 0.1, test: 0.1 };
const splitOf = (settings: object, video: number, milliseconds: number[], scenes: number[] = []) => {
	const of = splitOfFrames(splitSchema.parse({ ...shares, ...settings }), video, timesOf(milliseconds), scenes);
	return milliseconds.map((_, frame) => of(frame));
};
const count = (found: unknown[]): Record<string, number> => {
	const counts: Record<string, number> = {};
	for (const each of found) counts[String(each)] = (counts[String(each)] ?? 0) + 1;
	return counts;
};

const times = fc
	.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 120 })
	.map(gaps => gaps.map((_, n) => gaps.slice(1, n + 1).reduce((sum, gap) => sum + gap, 0)));
const even = { train: 0.4, val: 0.3, test: 0.3 };
const random = fc.record({
	settings: fc.oneof(
		fc.record({
			by: fc.constant('time'),
			block: fc.constantFrom('3s', '5.5s', '1m'),
			gap: fc.constantFrom('0s', '1s', '2.5s'),
		}),
		fc.record({ by: fc.constant('scene'), gap: fc.constantFrom('0s', '1s', '7s') }),
		fc.constant({ by: 'video' }),
	),
	seed: fc.nat(99),
	video: fc.nat(),
	all: times,
	starts: fc.uniqueArray(fc.integer({ min: 1, max: 119 }), { maxLength: 30 }),
});

describe('no leak', () => {
	test('no two frames of one video in different splits are nearer in time than the gap', () => {
		fc.assert(
			fc.property(random, ({ settings, seed, video, all, starts }) => {
				const scenes = [0, ...starts.filter(start => start < all.length).sort((a, b) => a - b)];
				const found = splitOf({ ...even, ...settings, seed }, video, all, scenes);
				const { num, den } = parseDuration('gap' in settings ? settings.gap : '0s') ?? { num: 0n, den: 1n };
				const gap = (Number(num) / Number(den)) * 1000;
				const near: unknown[] = [];
				for (const [n, split] of found.entries())
					for (let m = n + 1; m < all.length && (all[m] as number) - (all[n] as number) < gap; m++)
						if (split !== null && found[m] !== null && found[m] !== split) near.push([n, m]);
				expect(near).toEqual([]);
			}),
			{ numRuns: 300 },
		);
	});

	test('by time: blocks from the first frame; the end of one before another split is in none', () => {
		const all = evenTimes(1200, 50);
		const found = splitOf({ ...even, by: 'time', block: '10s', gap: '1s' }, 5, all);
		const blocks = Array.from({ length: 6 }, (_, n) => found[n * 200 + 100]);
		expect(new Set(blocks).size).toBeGreaterThan(1);
		for (const [frame, split] of found.entries()) {
			const [block, within] = [Math.floor(frame / 200), frame % 200];
			const next = blocks[block + 1];
			const isNear = within > 180 && next !== undefined && next !== blocks[block];
			expect(split, `frame ${frame}`).toBe(isNear ? null : blocks[block]);
		}
	});

	test('by scene: a scene is in one split, but for a gap at its end', () => {
		const all = evenTimes(400, 100);
		const scenes = [0, 60, 120, 200, 280, 300];
		const found = splitOf({ ...even, by: 'scene' }, 9, all, scenes);
		expect(new Set(found).size).toBeGreaterThan(2);
		for (const [n, start] of scenes.entries())
			expect(new Set(found.slice(start, (scenes[n + 1] ?? 400) - 10)).size).toBe(1);
		expect(found.filter(split => split === null).length).toBeGreaterThan(0);
		expect(splitOf({ ...even, by: 'scene', gap: '0s' }, 9, all, scenes)).not.toContain(null);
	});
});

describe('what decides', () => {
	const videos = Array.from({ length: 3000 }, (_, n) => n + 1);
	const byVideo = (settings: object) => videos.map(video => splitOf(settings, video, [0])[0]);

	test('videos have their shares whatever other videos there are; another seed changes the split', () => {
		const counts = count(byVideo({}));
		expect(counts.train).toBeGreaterThan(2300);
		expect(counts.val).toBeGreaterThan(240);
		expect(counts.test).toBeGreaterThan(240);
		const [first, second] = [byVideo({ seed: 1 }), byVideo({ seed: 2 })];
		expect(first.filter((split, n) => split !== second[n]).length).toBeGreaterThan(500);
	});
	test('the same on every machine and in every release', () => {
		expect(videos.slice(0, 12).map(video => splitOf(even, video, [0])[0])).toMatchInlineSnapshot(`
			[
			  "train",
			  "train",
			  "val",
			  "train",
			  "test",
			  "train",
			  "test",
			  "train",
			  "train",
			  "test",
			  "test",
			  "train",
			]
		`);
		const found = splitOf({ ...even, by: 'time' }, 7, evenTimes(12, 60_000));
		expect(found).toMatchInlineSnapshot(`
			[
			  "test",
			  "val",
			  "train",
			  "val",
			  "train",
			  "val",
			  "val",
			  "train",
			  "train",
			  "val",
			  "val",
			  "val",
			]
		`);
	});
	test('a share of 0 gets nothing, whatever rounding makes of the sum', () => {
		expect(count(byVideo({ train: 0.7, val: 0.2999999999, test: 0 })).test).toBeUndefined();
		expect(count(byVideo({ train: 0, val: 1, test: 0 }))).toEqual({ val: 3000 });
	});
	test('a larger share keeps what it had', () => {
		const [small, large] = [byVideo({ train: 0.5, val: 0.5, test: 0 }), byVideo({ train: 0.7, val: 0.3, test: 0 })];
		for (const [n, split] of small.entries()) if (split === 'train') expect(large[n]).toBe('train');
	});
	test('frames at the same times, of whatever rate, are in the same split', () => {
		const settings = { ...even, by: 'time', block: '2s' };
		const [slow, fast] = [splitOf(settings, 3, evenTimes(100, 200)), splitOf(settings, 3, evenTimes(400, 50))];
		expect(slow).toEqual(fast.filter((_, n) => n % 4 === 0));
	});
});

test('the tag of a split takes the place of another one of that name', () => {
	const tags = [{ name: 'split', value: 'old' }, { name: 'sunny' }];
	expect(withSplit(tags, 'val')).toEqual([{ name: 'sunny' }, { name: 'split', value: 'val' }]);
	expect(withSplit(tags, null)).toEqual([{ name: 'sunny' }]);
	expect(withSplit(tags, undefined)).toBe(tags);
});

describe('settings', () => {
	test('what is left out', () => {
		expect(settingsSchema.parse({ split: { train: 0.9, val: 0.1 } }).split).toEqual({
			...{ train: 0.9, val: 0.1, by: 'video', seed: 0 },
		});
		expect(settingsSchema.parse({ split: { train: 0.7, val: 0.2, test: 0.1, by: 'time' } }).split?.by).toBe('time');
	});
	test.each([
		[
			{ train: 0.8, val: 0.1, test: 0.2 },
			'split',
			'split has the shares train 0.8, val 0.1, test 0.2: they sum to 1.1 and must sum to 1, so give 0.1 less',
		],
		[{}, 'split', 'split has no share: name train, val or test, such as train 0.8, val 0.1 and test 0.1'],
		[{ train: 1.2, val: -0.2 }, 'split.train', 'train is 1.2: it must be a share from 0 to 1, such as 0.8'],
		[{ train: '80%' }, 'split.train', 'train is "80%": it must be a share from 0 to 1, such as 0.8'],
		[{ train: 1, by: 'frame' }, 'split.by', 'by is "frame": it must be video, scene or time'],
		[{ train: 1, seed: -1 }, 'split.seed', 'seed is -1: it must be a whole number from 0'],
		[
			{ train: 1, by: 'time', block: '10ms' },
			'split.block',
			'block is "10ms": it must be a duration from "1s", such as "30s" or "1m"',
		],
		[
			{ train: 1, by: 'time', gap: 1 },
			'split.gap',
			'gap is 1: it must be a duration such as "1s" or "500ms", or "0s" for none',
		],
		[
			{ train: 1, block: '1m' },
			'split.block',
			'block is "1m" and by is video: only time is cut into blocks, so leave it out or split by time',
		],
		[
			{ train: 1, gap: '1s' },
			'split.gap',
			'gap is "1s" and by is video: a video is in one split as a whole, so leave it out or split by scene or time',
		],
		[
			{ train: 1, by: 'time', gap: '1m' },
			'split.gap',
			'gap is "1m" and block is "1m": little would be left of a block, so make the gap shorter or the block longer',
		],
		[
			{ train: 0.5, dev: 0.5 },
			'split',
			'"dev" is not known here: it must be one of train, val, test, by, block, gap, seed',
		],
	])('%j is refused', (split, path, message) => {
		const [issue] = settingsSchema.safeParse({ split }).error?.issues ?? [];
		expect([issue?.path.join('.'), issue?.message]).toEqual([path, message]);
	});
});
