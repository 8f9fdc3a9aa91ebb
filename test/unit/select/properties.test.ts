import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countFrames, type Expected, roughFrames } from '#shared/sampling/select/expected-frames.ts';
import type { Rule } from '#shared/sampling/select/rules.ts';
import { selectFrames } from '#shared/sampling/select/select-frames.ts';
import { type SettingsInput, settingsSchema } from '#shared/sampling/settings.ts';
import { evenTimes, type FigureOn, select, sourceOf } from './source.ts';

const objects = [1, 2, 3].map(id => ({ id, classTitle: `class ${id}` }));

const times = fc
	.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 80 })
	.map(gaps => gaps.map((_, n) => gaps.slice(1, n + 1).reduce((sum, gap) => sum + gap, 0)));

const source = times.chain(all =>
	fc
		.record({
			keys: fc.subarray(all.map((_, n) => n)),
			figures: fc.array(
				fc.record({
					frame: fc.nat(all.length - 1),
					object: fc.constantFrom(1, 2, 3),
					by: fc.constantFrom<NonNullable<FigureOn['by']>>('person', 'tracker', 'model'),
				}),
				{ maxLength: 60 },
			),
		})
		.map(more => ({ all, source: sourceOf(all, { ...more, objects }) })),
);

const rule: fc.Arbitrary<Rule> = fc.oneof(
	fc.record({ fps: fc.constantFrom(0.1, 0.5, 1, 3, 29.97) }),
	fc.record({ every: fc.constantFrom('1s', '250ms', '0.7s', '1m') }),
	fc.record({ count: fc.integer({ min: 1, max: 40 }) }),
	fc.record({ frames: fc.array(fc.nat(90), { minLength: 1, maxLength: 9 }) }),
	fc.record({ times: fc.array(fc.nat(20), { minLength: 1, maxLength: 9 }) }),
	fc.record({ random: fc.integer({ min: 1, max: 40 }), seed: fc.nat(9) }),
	fc.constant({ keyFrames: true } as const),
	fc.record({ scenes: fc.record({ perScene: fc.integer({ min: 1, max: 5 }) }) }),
	fc.record({ annotated: fc.record({ perClass: fc.integer({ min: 1, max: 9 }) }) }),
	fc.record({ annotated: fc.record({ classes: fc.subarray(['class 1', 'class 2'], { minLength: 1 }) }) }),
	fc.constant({ figureChanges: true } as const),
);

describe('every selection', () => {
	test('is in order, without repeats, within the video', () => {
		fc.assert(
			fc.property(source, fc.array(rule, { minLength: 1, maxLength: 4 }), ({ all, source }, rules) => {
				const { frames, rules: names } = select({ select: rules }, source);
				expect(frames).toEqual([...new Set(frames)].sort((a, b) => a - b));
				expect(frames.every(frame => frame >= 0 && frame < all.length)).toBe(true);
				expect(names).toHaveLength(frames.length);
			}),
		);
	});
	test('of several rules is the union of what each takes, in whatever order', () => {
		fc.assert(
			fc.property(source, rule, rule, ({ source }, one, other) => {
				const both = select({ select: [one, other] }, source).frames;
				const parts = [one, other].flatMap(each => select({ select: [each] }, source).frames);
				expect(new Set(both)).toEqual(new Set(parts));
				expect(select({ select: [other, one] }, source).frames).toEqual(both);
			}),
		);
	});
	test('has at most as many frames as are expected, exactly as many unless that is a bound', () => {
		const settings = fc.record({
			start: fc.nat(20),
			end: fc.option(fc.integer({ min: 21, max: 90 })),
			step: fc.constantFrom(1, 1, 2),
			rules: fc.option(fc.array(rule, { minLength: 1, maxLength: 3 })),
			around: fc.option(fc.integer({ min: 1, max: 3 })),
			minDistance: fc.option(fc.constantFrom<number | string>(2, '300ms')),
		});
		fc.assert(
			fc.property(settings, fc.integer({ min: 0, max: 80 }), ({ start, end, step, rules, ...more }, count) => {
				const parsed = settingsSchema.safeParse({
					...{ start, end, step },
					...(rules ? { select: rules } : {}),
					...(more.around ? { around: more.around } : {}),
					...(more.minDistance ? { minDistance: more.minDistance } : {}),
				});
				if (!parsed.success) return;
				const { frames } = select(parsed.data as SettingsInput, sourceOf(evenTimes(count, 100)));
				const expected = roughFrames(parsed.data, { frameCount: count, seconds: count / 10 });
				expect(frames.length).toBeLessThanOrEqual(expected.frames);
				if (expected.accuracy === 'about') expect(frames.length).toBe(expected.frames);
			}),
			{ numRuns: 500 },
		);
	});
	test('of an indexed video is counted exactly, or bounded where labels or pictures decide', () => {
		const settings = fc.record({
			start: fc.nat(20),
			step: fc.constantFrom(1, 1, 2),
			annotated: fc.boolean(),
			select: fc.option(fc.array(rule, { minLength: 1, maxLength: 3 }), { nil: undefined }),
			around: fc.constantFrom(undefined, 1, 3),
			minDistance: fc.constantFrom<number | string | undefined>(undefined, 2, '300ms'),
		});
		fc.assert(
			fc.property(settings, source, ({ select: rules, ...more }, { source }) => {
				const parsed = settingsSchema.safeParse({ ...more, ...(rules ? { select: rules } : {}) });
				if (!parsed.success) return;
				const chosen = selectFrames(parsed.data, source);
				const hasScenes = rules?.some(each => 'scenes' in each) ?? false;
				for (const labels of [source.labels, undefined]) {
					const video = { source: { ...source, labels, scenes: [] }, isIndexed: true, isTimed: true };
					const expected = countFrames(parsed.data, video);
					expect(chosen.frames.length).toBeLessThanOrEqual(expected.frames);
					if (expected.accuracy === 'exact')
						expect(expected).toMatchObject({ frames: chosen.frames.length, needs: [] });
					if (labels && !hasScenes) expect(expected.accuracy).toBe('exact');
					for (const [n, taken] of chosen.taken.entries()) {
						const { frames, accuracy } = expected.rules[n] as Expected;
						expect(taken).toBeLessThanOrEqual(frames);
						if (accuracy === 'exact') expect(frames).toBe(taken);
					}
				}
			}),
			{ numRuns: 500 },
		);
	});
});

describe('rules', () => {
	test('fps: the first frame at or after each instant, as a naive search finds it', () => {
		fc.assert(
			fc.property(times, fc.constantFrom(1, 2, 4, 5, 10), fc.nat(5), (all, fps, start) => {
				const { frames } = select({ start, select: [{ fps }] }, sourceOf(all));
				const found = new Set<number>();
				const first = all[start] ?? 0;
				for (let instant = first; instant <= (all.at(-1) ?? 0); instant += 1000 / fps) {
					const frame = all.findIndex((time, n) => n >= start && time >= instant);
					if (frame >= 0) found.add(frame);
				}
				expect(frames).toEqual(start < all.length ? [...found] : []);
			}),
		);
	});
	test('count: evenly at a constant rate, gaps differ by one frame at most', () => {
		fc.assert(
			fc.property(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 300 }), (total, count) => {
				const { frames } = select({ select: [{ count }] }, sourceOf(evenTimes(total, 40)));
				expect(frames).toHaveLength(Math.min(total, count));
				const gaps = frames.slice(1).map((frame, n) => frame - (frames[n] as number));
				if (gaps.length > 0) expect(Math.max(...gaps) - Math.min(...gaps)).toBeLessThanOrEqual(1);
			}),
		);
	});
	test('count: exactly as many at uneven times', () => {
		fc.assert(
			fc.property(times, fc.integer({ min: 1, max: 90 }), (all, count) => {
				const { frames } = select({ select: [{ count }] }, sourceOf(all));
				expect(frames).toHaveLength(Math.min(all.length, count));
			}),
		);
	});
	test('random: exactly as many, and more of them are those and others', () => {
		const drawn = (random: number, seed: number, name = 'clip.mp4') =>
			select({ select: [{ random, seed }] }, sourceOf(evenTimes(1000, 40), { name })).frames;
		expect(drawn(5, 7)).toEqual([396, 420, 703, 713, 904]);
		expect(drawn(50, 7)).toHaveLength(50);
		expect(drawn(50, 7)).toEqual(expect.arrayContaining(drawn(20, 7)));
		expect(drawn(20, 7)).not.toEqual(drawn(20, 8));
		expect(drawn(20, 7)).not.toEqual(drawn(20, 7, 'other.mp4'));
		// All parts of the video are drawn from: of 4000 draws, each tenth has 400, give or take five standard deviations.
		const all = Array.from({ length: 40 }, (_, seed) => drawn(100, seed)).flat();
		for (let tenth = 0; tenth < 10; tenth++) {
			const count = all.filter(frame => Math.floor(frame / 100) === tenth).length;
			expect(Math.abs(count - 400)).toBeLessThan(95);
		}
	});
	test('perClass: no class is on more frames, and none could get another frame', () => {
		fc.assert(
			fc.property(source, fc.integer({ min: 1, max: 9 }), ({ all, source: { labels, ...more } }, most) => {
				const { frames } = select({ select: [{ annotated: { perClass: most } }] }, { ...more, labels });
				const classesOn = (frame: number) => labels?.objectsOn(frame).map(({ classTitle }) => classTitle) ?? [];
				const counts = new Map<string, number>();
				for (const each of frames.flatMap(classesOn)) counts.set(each, (counts.get(each) ?? 0) + 1);
				expect(Math.max(0, ...counts.values())).toBeLessThanOrEqual(most);
				const left = all.map((_, n) => n).filter(frame => !frames.includes(frame) && classesOn(frame).length > 0);
				for (const frame of left) expect(classesOn(frame).some(name => counts.get(name) === most)).toBe(true);
			}),
		);
	});
	test('minDistance: no two kept frames are closer, unless both are annotated', () => {
		fc.assert(
			fc.property(source, fc.integer({ min: 1, max: 9 }), ({ source }, minDistance) => {
				const { frames } = select({ minDistance }, source);
				for (const [n, frame] of frames.entries()) {
					const next = frames[n + 1];
					if (next === undefined || (source.labels?.hasFigures(frame) && source.labels.hasFigures(next))) continue;
					expect(next - frame).toBeGreaterThanOrEqual(minDistance);
				}
			}),
		);
	});
});
