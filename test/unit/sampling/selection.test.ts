import { describe, expect, test } from 'vitest';
import { imageName, selectFrames } from '#shared/sampling/selection.ts';
import { settingsSchema } from '#shared/sampling/settings.ts';

const settings = (more: object = {}) => settingsSchema.parse(more);
const odd = (index: number) => index % 2 === 1;

describe('selection', () => {
	test.each([
		['everything', {}, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
		['the end is exclusive', { start: 2, end: 5 }, [2, 3, 4]],
		['an end beyond the video is clamped', { start: 8, end: 99 }, [8, 9]],
		['a start beyond the video selects nothing', { start: 10 }, []],
		['every third', { start: 1, step: 3 }, [1, 4, 7]],
		['only annotated', { annotated: true }, [1, 3, 5, 7, 9]],
		['a step counts among the annotated', { annotated: true, step: 2, start: 2 }, [3, 7]],
	])('%s', (_, more, expected) => {
		expect(selectFrames(settings(more), 10, odd)).toEqual(expected);
	});
	test('an empty video', () => expect(selectFrames(settings(), 0, odd)).toEqual([]));
});

describe('names', () => {
	test.each([
		['clip.mp4', 7, 12, 'clip.mp4_frame_07.png'],
		['clip.mp4', 7, 100, 'clip.mp4_frame_007.png'],
		['a b', 0, 9, 'a b_frame_0.png'],
	])('%s %i of %i', (video, index, count, expected) => {
		expect(imageName(video, index, count)).toBe(expected);
	});
});

describe('settings that are refused', () => {
	test.each([
		[{ step: 0 }, 'step'],
		[{ start: -1 }, 'start'],
		[{ start: 5, end: 5 }, 'end'],
		[{ resize: [0, 10] }, 'resize'],
		[{ resize: [10, 20_000] }, 'resize'],
		[{ step: 1.5 }, 'step'],
		[{ speed: 2 }, 'speed'],
		[{ annotatedByTags: true }, 'annotatedByTags'],
	])('%j', (wrong, path) => {
		const result = settingsSchema.safeParse(wrong);
		expect(result.success).toBe(false);
		expect(JSON.stringify(result.error?.issues)).toContain(`"${path}"`);
	});
});
