import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { testMatrix } from '#test/matrix.ts';
import { openVideo } from '#test/read-video.ts';
import { matroskaLayouts } from '#test/video-fixtures/matroska-layouts.ts';
import { fixturePath } from '#test/video-fixtures.ts';

testMatrix(matroskaLayouts);

test('of two recordings whose tracks differ, a note says that the second may be missing', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'framefan-segments-'));
	onTestFinished(() => rmSync(folder, { recursive: true }));
	const path = join(folder, 'two');
	const files = await Promise.all(['appended.mkv', 'rolled-90.mkv'].map(fixturePath));
	writeFileSync(path, Buffer.concat(files.map(file => readFileSync(file))));
	const video = await openVideo(path);
	onTestFinished(() => video.close());
	expect(video.index.notes.join()).toMatch(/different segments: ffmpeg may stop after the first/);
});
