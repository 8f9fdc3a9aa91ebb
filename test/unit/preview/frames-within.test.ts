import { expect, test } from 'vitest';
import { framesWithin } from '../../../cli/preview/preview-video.ts';

const times = { count: 100, ticks: (frame: number) => frame, tick: { num: 1n, den: 10n } };
const everyFrame = Array.from({ length: 100 }, (_, n) => n);
const ownWindow = (frame: number) => frame;

test.each([
	['all of them, where time is enough', everyFrame, 10, ownWindow, 100],
	['those before the end', everyFrame, 3, ownWindow, 30],
	['from the first selected frame on', everyFrame.slice(50), 3, ownWindow, 30],
	['no window that goes on after the end', everyFrame, 3.5, (frame: number) => Math.floor(frame / 10), 30],
	['nothing of nothing', [], 3, ownWindow, 0],
])('quality is tried on %s', (_, frames, seconds, windowOf, expected) => {
	expect(framesWithin(frames, seconds, times, windowOf)).toEqual(frames.slice(0, expected));
});
