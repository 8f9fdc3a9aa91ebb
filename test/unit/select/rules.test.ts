import { describe, expect, test } from 'vitest';
import type { SettingsInput } from '#shared/sampling/settings.ts';
import { evenTimes, select, sourceOf } from './source.ts';

const car = { id: 1, classTitle: 'car', tags: [{ name: 'parked', frameRange: [4, 5] }] };
const person = { id: 2, classTitle: 'person' };
const bus = { id: 3, classTitle: 'bus' };

/** Ten frames, a tenth of a second apart, but with a pause of two seconds after the fifth. */
const source = sourceOf([0, 100, 200, 300, 400, 2400, 2500, 2600, 2700, 2800], {
	keys: [0, 5],
	scenes: [0, 4],
	objects: [car, person, bus],
	figures: [
		{ frame: 1, object: 1 },
		{ frame: 2, object: 1, by: 'tracker' },
		{ frame: 3, object: 1, by: 'tracker' },
		{ frame: 4, object: 1, by: 'tracker' },
		{ frame: 4, object: 2 },
		{ frame: 6, object: 2, by: 'model' },
		{ frame: 7, object: 3, by: 'tracker' },
	],
	tags: [{ name: 'night', frameRange: [3, 6] }, { name: 'sunny' }],
});

const taken = (settings: SettingsInput) => select(settings, source).frames;

describe('rules', () => {
	test.each<[string, SettingsInput, number[]]>([
		['all without rules', {}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
		['5 a second', { select: [{ fps: 5 }] }, [0, 2, 4, 5, 7, 9]],
		['1 a second: a pause gives no frame twice', { select: [{ fps: 1 }] }, [0, 5]],
		['every 200 ms', { select: [{ every: '200ms' }] }, [0, 2, 4, 5, 7, 9]],
		['more a second than there are', { select: [{ fps: 1000 }] }, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
		['instants count from the first frame of the range', { start: 1, select: [{ every: '200ms' }] }, [1, 3, 5, 6, 8]],
		['exactly 3: a part in the pause gives the next frame', { select: [{ count: 3 }] }, [0, 5, 6]],
		['exactly 1', { select: [{ count: 1 }] }, [0]],
		['fewer than asked', { start: 8, select: [{ count: 3 }] }, [8, 9]],
		['these frames', { select: [{ frames: [7, 2, 7] }] }, [2, 7]],
		['these times', { select: [{ times: ['0:00.15', 2.5, '0:00:02.5', 0] }] }, [0, 2, 6]],
		['key frames', { select: [{ keyFrames: true }] }, [0, 5]],
		['the middle of each scene', { select: [{ scenes: { perScene: 1 } }] }, [2, 5]],
		['two of each scene', { select: [{ scenes: { perScene: 2 } }] }, [1, 3, 5, 7]],
		['scenes of the annotated', { annotated: true, select: [{ scenes: { perScene: 1 } }] }, [3, 6]],
		['any figure', { select: [{ annotated: {} }] }, [1, 2, 3, 4, 6, 7]],
		['a class', { select: [{ annotated: { classes: ['person'] } }] }, [4, 6]],
		['one of two classes', { select: [{ annotated: { classes: ['person', 'bus'] } }] }, [4, 6, 7]],
		['an object', { select: [{ annotated: { objects: [3] } }] }, [7]],
		['a tag, with or without figures', { select: [{ annotated: { tags: ['night'] } }] }, [3, 4, 5, 6]],
		['a tag of an object that is there', { select: [{ annotated: { tags: ['parked'] } }] }, [4]],
		['a class and a tag', { select: [{ annotated: { classes: ['car'], tags: ['night'] } }] }, [3, 4]],
		['so many a class', { select: [{ annotated: { perClass: 1 } }] }, [4, 7]],
		['so many of one class', { select: [{ annotated: { classes: ['car'], perClass: 2 } }] }, [1, 3]],
		['drawn by a person', { select: [{ figureChanges: true }] }, [1, 4]],
		['a union', { select: [{ frames: [9] }, { keyFrames: true }, { fps: 1 }] }, [0, 5, 9]],
		['of the annotated ones', { annotated: true, select: [{ count: 2 }] }, [1, 6]],
		['every second of what a rule takes', { step: 2, select: [{ annotated: {} }] }, [1, 3, 6]],
		['three frames apart', { minDistance: 3, select: [{ frames: [0, 5, 7, 8] }] }, [0, 7]],
		['annotated ones stay', { minDistance: 3, select: [{ frames: [1, 2, 3, 8, 9] }] }, [1, 2, 3, 8]],
		['one second apart', { minDistance: '1s', select: [{ frames: [0, 5, 8, 9] }] }, [0, 5]],
		['with neighbours', { around: 1, select: [{ frames: [0, 5, 7] }] }, [0, 1, 4, 5, 6, 7, 8]],
		['neighbours within the range', { start: 5, end: 7, around: 3, select: [{ frames: [5] }] }, [5, 6]],
	])('%s', (_, settings, expected) => expect(taken(settings)).toEqual(expected));

	test('each frame names the first rule that takes it', () => {
		const { frames, rules } = select({ around: 1, select: [{ frames: [5] }, { keyFrames: true }] }, source);
		expect(Object.fromEntries(frames.map((frame, n) => [frame, rules[n]]))).toEqual({
			...{ 0: 'keyFrames', 1: 'around', 4: 'around', 5: 'frames', 6: 'around' },
		});
		expect(select({ step: 4 }, source).rules).toEqual(['step', 'step', 'step']);
		expect(select({ annotated: true, end: 2 }, source).rules).toEqual(['annotated']);
		expect(select({ end: 1 }, source).rules).toEqual(['all']);
	});

	test('a frame that several rules take is counted for each', () => {
		const { byRule } = select({ around: 1, select: [{ frames: [5, 9] }, { keyFrames: true }] }, source);
		expect(byRule).toEqual([
			{ rule: 'frames', frames: [5, 9] },
			{ rule: 'keyFrames', frames: [0, 5] },
			{ rule: 'around', frames: [1, 4, 6, 8] },
		]);
	});

	test('the SDK: a step counts among the annotated', () =>
		expect(taken({ annotated: true, step: 2 })).toEqual([1, 3, 6]));
	test('the SDK: an end beyond the video, and a start beyond it', () => {
		expect(taken({ start: 8, end: 99 })).toEqual([8, 9]);
		expect(taken({ start: 10 })).toEqual([]);
	});
	test('with tags, frames without figures count as annotated', () =>
		expect(taken({ annotated: true, annotatedByTags: true })).toEqual([1, 2, 3, 4, 5, 6, 7]));
	test('times in ticks that are no whole milliseconds are compared exactly', () => {
		// 30000/1001 frames a second: frame 30 comes a thousandth after the first second.
		const ntsc = { ...sourceOf(evenTimes(61, 1001)), labels: undefined };
		ntsc.times.tick = { num: 1n, den: 30_000n };
		expect(select({ select: [{ fps: 1 }] }, ntsc).frames).toEqual([0, 30, 60]);
		expect(select({ select: [{ times: ['1.001', 1.0011] }] }, ntsc).frames).toEqual([30, 31]);
	});
});

describe('notes', () => {
	test.each<[SettingsInput, string]>([
		[{ select: [{ annotated: { classes: ['tram'] } }] }, 'takes no frame: no frame has a figure of class tram'],
		[
			{ select: [{ annotated: { classes: ['car', 'bus'], tags: ['day'] } }] },
			'takes no frame: no frame has a figure of class car or 1 others with tag day',
		],
		[{ select: [{ frames: [3, 12, 14] }] }, 'frame 12 is not taken: the video has 10 frames, and 1 more'],
		[{ select: [{ times: ['0:03', '0:01'] }] }, 'there is no frame at or after 0:03'],
		[{ select: [{ count: 11 }] }, 'there are only 10 frames'],
		[{ start: 1, end: 4, select: [{ keyFrames: true }] }, 'takes no frame: no frame can be decoded by itself'],
		[{ start: 7, select: [{ figureChanges: true }] }, 'no frame has a figure that a person drew or corrected'],
		[{ start: 8, annotated: true, select: [{ fps: 1 }] }, 'takes no frame: no frame is annotated'],
		[{ start: 20, select: [{ fps: 1 }] }, 'takes no frame: there is no frame between start and end'],
	])('%j', (settings, expected) => {
		const { notes } = select(settings, source);
		expect(notes).toHaveLength(1);
		expect(notes[0]).toContain(`select ${JSON.stringify(settings.select?.[0])}`);
		expect(notes[0]).toContain(expected);
	});
});
