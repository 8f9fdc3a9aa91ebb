import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canMake, fixturePath, fixtures } from '#test/video-fixtures.ts';
import { writeRawFrames } from '#test/write-raw-frames.ts';
import { clipDifference, type Difference, opencvDifferences, pyavDifferences } from './frame-differences.ts';
import { type Comparison, type FrameReaders, realClip, startFrameReaders } from './frame-readers.ts';

// An independent measure: the same files read from their start by PyAV and by OpenCV, with decoders and scalers of their
// own. Their n-th picture is our frame n.

const folder = mkdtempSync(join(tmpdir(), 'framefan-readers-'));
let readers: FrameReaders | { unavailable: string };

beforeAll(async () => {
	readers = await startFrameReaders();
	if ('unavailable' in readers) console.warn(`NOT RUN: frames beside PyAV and OpenCV: ${readers.unavailable}`);
});
afterAll(() => {
	if ('close' in readers) readers.close();
	rmSync(folder, { recursive: true, force: true });
});

const expectSamePictures = (read: Comparison | { error: string }, count: number, difference?: Difference) => {
	if (difference && 'other' in difference) return;
	expect(read).toMatchObject({ count, moved: [], otherSize: 0 });
	if (difference) expect((read as Comparison).worst).toBeLessThan(difference.off);
	else expect(read).toMatchObject({ equal: count });
};

describe('frames beside PyAV and OpenCV', () => {
	test.for(fixtures.filter(canMake))('$name', async ({ name }, context) => {
		if ('unavailable' in readers) return context.skip(`NOT RUN: ${readers.unavailable}`);
		const path = await fixturePath(name);
		const raw = join(folder, 'frames.rgb');
		const { count, width, height } = await writeRawFrames(path, raw);
		const { pyav, opencv } = await readers.compare({ path, raw, width, height });
		expectSamePictures(pyav, count, pyavDifferences[name]);
		expectSamePictures(opencv, count, opencvDifferences[name]);
	});

	test('a real clip of 795 pictures', async context => {
		const clip = await realClip();
		if ('unavailable' in clip) {
			console.warn(`NOT RUN: ${context.task.name}: ${clip.unavailable}`);
			return context.skip(`NOT RUN: ${clip.unavailable}`);
		}
		if ('unavailable' in readers) return context.skip(`NOT RUN: ${readers.unavailable}`);
		const raw = join(folder, 'clip.rgb');
		const { count, width, height } = await writeRawFrames(clip.path, raw, 100);
		expect(count).toBe(795);
		const { pyav, opencv } = await readers.compare({ path: clip.path, raw, width, height });
		expectSamePictures(pyav, count, clipDifference);
		expectSamePictures(opencv, count, clipDifference);
	});
});
