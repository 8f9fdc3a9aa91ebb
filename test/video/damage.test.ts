import { describe, expect, test } from 'vitest';
import { checkFaultyVideo } from '#test/check-faulty-video.ts';
import { readWhole } from '#test/read-video.ts';
import { damage } from '#test/video-fixtures/damage.ts';
import { fixturePath } from '#test/video-fixtures.ts';

/** Longest that a damaged file of a few hundred kilobytes may take. */
const seconds = 15;

describe.each(damage.fixtures)('$name: $about', video => {
	test('has clear faults and no false picture', async () => {
		const started = Date.now();
		const read = await readWhole(await fixturePath(video.name), 3, AbortSignal.timeout(seconds * 1000));
		expect(Date.now() - started).toBeLessThan(seconds * 1000);
		await checkFaultyVideo(video, read);
	});
});
