import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenVideo, openVideo } from './read-video.ts';
import type { FixtureGroup } from './video-fixtures/fixture.ts';
import { canMake, fixturePath } from './video-fixtures.ts';
import { type WholeDecode, wholeDecode } from './whole-decode.ts';

/** Numbers from 0 to 1 that are the same in every run. */
const seeded = (seed: number) => () => {
	seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
	return seed / 2 ** 32;
};

type TimeBase = { num: number; den: number };
const seconds = ({ num, den }: TimeBase, pts: number | null | undefined) => ((pts ?? Number.NaN) * num) / den;

/**
 * Declares the matrix of a group: every frame of every fixture, cut into 1, 2 and 8 chunks, random selections and single
 * frames at key frames are bit for bit the pictures of one decode of the whole file, and have their relative times.
 */
export function testMatrix(group: FixtureGroup): void {
	test('every fixture can be made here', () => {
		const notMade = group.fixtures.filter(fixture => !canMake(fixture)).map(({ name }) => name);
		if (notMade.length > 0) console.warn(`NOT RUN, because this machine has no newer ffmpeg: ${notMade.join(', ')}`);
		expect(notMade.length).toBeLessThan(group.fixtures.length);
	});

	for (const fixture of group.fixtures.filter(canMake)) {
		describe(`${fixture.name}: ${fixture.about}`, () => {
			let video: OpenVideo;
			let whole: WholeDecode;
			beforeAll(async () => {
				whole = await wholeDecode(fixture);
				video = await openVideo(await fixturePath(fixture.name));
			});
			afterAll(() => video?.close());

			// Pictures with the same pixels can't be told apart, so a picture is named for the first that looks like it.
			const nameOf = (sha256: string | undefined) => {
				const at = whole.pictures.findIndex(picture => picture.sha256 === sha256);
				return at < 0 ? 'no picture of the whole decode' : `picture ${at}`;
			};
			const readAndCompare = async (selection: number[], chunks: number) => {
				const { frames, faults } = await video.read(selection, chunks);
				const read = frames.map(({ index, sha256, width, height }) => ({ index, is: nameOf(sha256), width, height }));
				const { width, height, pictures } = whole;
				expect({ faults, frames: read }).toEqual({
					faults: [],
					frames: selection.map(index => ({ index, is: nameOf(pictures[index]?.sha256), width, height })),
				});
				return frames;
			};

			test('has the pictures of a whole decode, in the order of their numbers', () => {
				expect(whole.pictures.map(picture => picture.shows)).toEqual(fixture.shows);
				expect(video.index.shown.length).toBe(fixture.shows.length);
				expect(video.index.damage).toBeUndefined();
				expect(video.index.notes.join('\n')).toMatch(fixture.notes ?? /^/);
			});

			test.each([1, 2, 8])('every frame, cut into %i', async chunks => {
				const frames = await readAndCompare([...whole.pictures.keys()], chunks);
				const start = seconds(whole.timeBase, whole.pictures[0]?.pts);
				const startRead = seconds(video.index.timeBase, frames[0]?.pts);
				for (const { index, pts } of frames) {
					const wanted = whole.pictures[index]?.pts;
					if (wanted === null || fixture.timesAreGuesses) continue;
					const time = seconds(whole.timeBase, wanted) - start;
					expect(seconds(video.index.timeBase, pts) - startRead).toBeCloseTo(time, 5);
				}
			});

			test('random selections', async () => {
				const random = seeded(fixture.name.length);
				for (const share of [0.07, 0.4]) {
					const selection = [...whole.pictures.keys()].filter(() => random() < share);
					await readAndCompare(selection, 1 + Math.floor(random() * 3));
				}
			});

			test('key frames alone, and far apart', async () => {
				const keys = whole.pictures.flatMap(({ isKey }, index) => (isKey ? [index] : []));
				await readAndCompare(keys, 1);
				await readAndCompare(
					keys
						.filter((_, n) => n % 2 === 1)
						.flatMap(key => (key + 2 < whole.pictures.length ? [key, key + 2] : [key]))
						.filter((frame, n, all) => n === 0 || frame > (all[n - 1] as number)),
					1,
				);
			});

			test('one frame alone: before, on and after a key frame, and the last', async () => {
				const keys = whole.pictures.flatMap(({ isKey }, index) => (isKey && index > 0 ? [index] : []));
				const key = keys[Math.floor(keys.length / 2)] ?? 0;
				const last = whole.pictures.length - 1;
				const isCounted = video.index.container.kind === 'whole';
				// What is counted from the start has no borders.
				const alone = isCounted ? [last] : [key - 1, key, key + 1, last];
				for (const index of new Set(alone)) if (index >= 0 && index <= last) await readAndCompare([index], 1);
			});
		});
	}
}
