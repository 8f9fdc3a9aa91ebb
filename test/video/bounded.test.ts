import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { openVideo, readWhole } from '#test/read-video.ts';
import { bounded, largest } from '#test/video-fixtures/bounded.ts';
import { fixturePath } from '#test/video-fixtures.ts';
import { wholeDecode } from '#test/whole-decode.ts';

/** Longest that a refusal may take. */
const seconds = 10;

/** Kilobytes of address space that ffmpeg has here; a huge picture needs several times as much. */
const addressSpace = 1_200_000;

const folder = mkdtempSync(join(tmpdir(), 'framefan-bounded-'));
const real = installedFfmpeg();
const before = process.env.FFMPEG_PATH;
beforeAll(() => {
	const path = join(folder, 'ffmpeg');
	writeFileSync(path, `#!/bin/sh\nulimit -v ${addressSpace}\nexec '${real}' "$@"\n`);
	chmodSync(path, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([...bounded.fixtures, { name: 'unknown-codec.mp4', about: 'a codec that nobody knows' }])(
	'$name: $about',
	({ name }) => {
		test('is one fault of the video, at once, with little memory', async () => {
			const path = await fixturePath(name);
			process.env.FFMPEG_PATH = join(folder, 'ffmpeg');
			const started = Date.now();
			try {
				const { frames, faults } = await readWhole(path, 3, AbortSignal.timeout(30_000));
				expect(frames).toEqual([]);
				expect(faults.map(({ index, reason }) => ({ index, reason }))).toEqual([
					{ index: null, reason: 'unsupported' },
				]);
				expect(faults[0]?.message).toMatch(name.startsWith('huge') ? /\d+ × \d+ pixels, more than/ : /Its codec/);
				expect(Date.now() - started).toBeLessThan(seconds * 1000);
			} finally {
				if (before === undefined) delete process.env.FFMPEG_PATH;
				else process.env.FFMPEG_PATH = before;
			}
		}, 120_000);
	},
);

describe.each(largest.fixtures)('$name: $about', fixture => {
	test('has the pictures of a whole decode', async () => {
		const video = await openVideo(await fixturePath(fixture.name));
		try {
			const { width, height, pictures } = await wholeDecode(fixture);
			expect([width, height, pictures.map(({ shows }) => shows)]).toEqual([7680, 4320, fixture.shows]);
			const { frames, faults } = await video.read(fixture.shows, 2);
			expect(faults).toEqual([]);
			expect(frames.map(({ sha256 }) => sha256)).toEqual(pictures.map(({ sha256 }) => sha256));
		} finally {
			await video.close();
		}
	}, 120_000);
});
