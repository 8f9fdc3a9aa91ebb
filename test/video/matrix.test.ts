import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type OpenVideo, openVideo } from '#test/read-video.ts';
import { canMake, fixturePath, fixtures } from '#test/video-fixtures.ts';
import { type WholeDecode, wholeDecode } from '#test/whole-decode.ts';

/** Numbers from 0 to 1 that are the same in every run. */
const seeded = (seed: number) => () => {
	seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
	return seed / 2 ** 32;
};

for (const fixture of fixtures) {
	describe.skipIf(!canMake(fixture))(`${fixture.name}: ${fixture.about}`, () => {
		let video: OpenVideo;
		let whole: WholeDecode;
		beforeAll(async () => {
			whole = await wholeDecode(fixture);
			video = await openVideo(await fixturePath(fixture.name));
		});
		afterAll(() => video?.close());

		/** Frames of a selection, as far as they are what the whole decode shows at their index. */
		const readAndCompare = async (selection: number[], chunks: number) => {
			const { frames, faults } = await video.read(selection, chunks);
			const read = frames.map(({ index, sha256, width, height }) => ({ index, is: whereIs(sha256), width, height }));
			expect({ faults, frames: read }).toEqual({
				faults: [],
				frames: selection.map(index => ({ index, is: nameOf(index), width: whole.width, height: whole.height })),
			});
			return frames;
		};

		// Pictures with the same pixels can't be told apart, so a picture is named for the first that looks like it.
		const nameOf = (index: number) => whereIs(whole.pictures[index]?.sha256 ?? '');
		const whereIs = (sha256: string) => {
			const at = whole.pictures.findIndex(picture => picture.sha256 === sha256);
			return at < 0 ? 'no picture of the whole decode' : `picture ${at}`;
		};

		test('has the pictures of a whole decode, in the order of their numbers', () => {
			expect(whole.pictures.map(picture => picture.shows)).toEqual(fixture.shows);
			expect(video.index.shown.length).toBe(fixture.shows.length);
		});

		test.each([1, 2, 8])('every frame, cut into %i', async chunks => {
			const frames = await readAndCompare([...fixture.shows.keys()], chunks);
			const seconds = ({ num, den }: { num: number; den: number }, pts: number | null | undefined) =>
				((pts ?? Number.NaN) * num) / den;
			for (const { index, pts } of frames) {
				const wanted = whole.pictures[index]?.pts;
				if (wanted === null || fixture.timesAreGuesses) continue;
				const start = seconds(whole.timeBase, whole.pictures[0]?.pts);
				const startRead = seconds(video.index.timeBase, frames[0]?.pts);
				expect(seconds(video.index.timeBase, pts) - startRead).toBeCloseTo(seconds(whole.timeBase, wanted) - start, 5);
			}
		});

		test('random selections', async () => {
			const random = seeded(fixture.name.length);
			for (const share of [0.05, 0.2, 0.6]) {
				const selection = [...fixture.shows.keys()].filter(() => random() < share);
				await readAndCompare(selection, 1 + Math.floor(random() * 4));
			}
		});

		test('one frame alone: before, on and after key frames, and the last', async () => {
			const keys = whole.pictures.flatMap(({ isKey }, index) => (isKey && index > 0 ? [index] : []));
			const chosen = new Set([keys[0], keys[Math.floor(keys.length / 2)], keys.at(-1)]);
			const around = [...chosen].flatMap(key => (key === undefined ? [] : [key - 1, key, key + 1]));
			const last = fixture.shows.length - 1;
			for (const index of new Set([...around, last])) if (index <= last) await readAndCompare([index], 1);
		});
	});
}
