import { describe, expect, test } from 'vitest';
import { settingsSchema } from '#shared/sampling/settings.ts';

test('a list that is too long is refused with its length', () => {
	const frames = Array.from({ length: 100_001 }, () => 1);
	const [issue] = settingsSchema.safeParse({ select: [{ frames }] }).error?.issues ?? [];
	expect(issue?.path).toEqual(['select', 0, 'frames']);
	expect(issue?.message).toBe('frames is a list of 100001: it must have at most 100000');
});

describe('selections that are refused', () => {
	test.each([
		[{ select: [] }, 'select', 'select is []: name at least one rule, or leave it out'],
		[{ select: [{}] }, 'select.0', 'it must have one of fps, every, count'],
		[{ select: [{ fps: 1, count: 2 }] }, 'select.0', 'a rule has fps and count: make each a rule of its own'],
		[{ select: [{ fps: 0 }] }, 'select.0.fps', 'fps is 0: it must be a number from 0.000001 to 1000'],
		[{ select: [{ fps: '2' }] }, 'select.0.fps', 'fps is "2": it must be a number from 0.000001 to 1000'],
		[{ select: [{ fps: 2 }, { every: '2' }] }, 'select.1.every', 'every is "2": it must be a duration such as "2s"'],
		[{ select: [{ every: '0s' }] }, 'select.0.every', 'every is "0s": it must be a duration'],
		[{ select: [{ every: 2 }] }, 'select.0.every', 'every is 2: it must be a duration'],
		[{ select: [{ count: 0 }] }, 'select.0.count', 'count is 0: it must be a whole number from 1'],
		[{ select: [{ count: 1.5 }] }, 'select.0.count', 'count is 1.5: it must be a whole number from 1'],
		[{ select: [{ frames: [] }] }, 'select.0.frames', 'frames is []: name at least one frame'],
		[{ select: [{ frames: [-1] }] }, 'select.0.frames.0', 'a frame is -1: it must be a whole number from 0'],
		[{ select: [{ times: ['1:75'] }] }, 'select.0.times.0', 'a time is "1:75": it must be a time such as "1:02.5"'],
		[{ select: [{ times: [-1] }] }, 'select.0.times.0', 'a time is -1: it must be a time such as'],
		[{ select: [{ seed: 7, fps: 1 }] }, 'select.0.seed', 'seed is 7 beside fps: only random has a seed'],
		[{ select: [{ random: 5, seed: -1 }] }, 'select.0.seed', 'seed is -1: it must be a whole number from 0'],
		[{ select: [{ keyFrames: false }] }, 'select.0.keyFrames', 'keyFrames is false: it must be true'],
		[{ select: [{ scenes: { perScene: 0 } }] }, 'select.0.scenes.perScene', 'perScene is 0: it must be a whole number'],
		[
			{ select: [{ annotated: { class: ['a'] } }] },
			'select.0.annotated',
			'"class" is not known here: it must be one of classes, tags, objects, perClass',
		],
		[{ select: [{ annotated: { classes: [] } }] }, 'select.0.annotated.classes', 'a list of at least one name'],
		[{ select: [{ speed: 1 }] }, 'select.0', '"speed" is not known here: it must be one of fps, every, count'],
		[{ selct: [] }, '', '"selct" is not known here: it must be one of start, end, step'],
		[{ select: { fps: 1 } }, 'select', 'select is {"fps":1}: it must be a list of rules, such as [{"fps": 1}]'],
		[{ select: [{ fps: Number.NaN }] }, 'select.0.fps', 'fps is NaN: it must be a number'],
		[{ step: 2, select: [{ count: 5 }] }, 'step', 'step is 2 and the rule count says exactly which'],
		[
			{ start: 10, select: [{ frames: [12, 3] }] },
			'select.0.frames',
			'frames has 3, and start is 10: widen the range, or leave the frame out',
		],
		[{ end: 10, select: [{ frames: [10] }] }, 'select.0.frames', 'start is 0 and end is 10: widen the range'],
		[{ minDistance: 0 }, 'minDistance', 'minDistance is 0: it must be a number of frames from 1, or a duration'],
		[{ minDistance: '5' }, 'minDistance', 'minDistance is "5": it must be a number of frames from 1, or a duration'],
		[{ step: 0 }, 'step', 'step is 0: it must be a whole number from 1'],
		[{ start: '5' }, 'start', 'start is "5": it must be a whole number from 0'],
		[{ select: [{ random: 5, seed: 1e16 }] }, 'select.0.seed', 'a whole number from 0 to 9007199254740991'],
		[{ annotated: 'yes' }, 'annotated', 'annotated is "yes": it must be true or false'],
		[{ resize: 720 }, 'resize', 'resize is 720: it must be [height, width], such as [720, null]'],
		[{ around: 0 }, 'around', 'around is 0: it must be a whole number from 1 to 1000'],
		[{ around: 1001 }, 'around', 'around is 1001: it must be a whole number from 1 to 1000'],
	])('%j', (wrong, path, message) => {
		const [issue] = settingsSchema.safeParse(wrong).error?.issues ?? [];
		expect(issue?.path.join('.')).toBe(path);
		expect(issue?.message).toContain(message);
	});
});
