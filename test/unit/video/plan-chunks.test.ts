import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { presentationOrder } from '#shared/video/index/video-index.ts';
import { mostChunks, planChunks } from '#shared/video/plan-chunks.ts';

/** An index of pictures in decode order, each with its time and whether decoding can start there. */
const indexOf = (pictures: [pts: number, key: 0 | 1][]) => {
	const pts = Float64Array.from(pictures, ([time]) => time);
	return { pts, key: Uint8Array.from(pictures, ([, key]) => key), shown: presentationOrder(pts, () => true) };
};
/** Groups of `length` pictures, each beginning with a key. */
const closedGroups = (count: number, length: number) =>
	indexOf(Array.from({ length: count }, (_, at) => [at, at % length === 0 ? 1 : 0]));
const all = (count: number) => Array.from({ length: count }, (_, frame) => frame);

describe('cutting at key frames', () => {
	test.each([
		['nothing selected', closedGroups(100, 10), [], 20, []],
		['one group', closedGroups(10, 10), all(10), 20, [[0, 9, 10]]],
		[
			'two groups a chunk',
			closedGroups(40, 10),
			all(40),
			20,
			[
				[0, 19, 20],
				[20, 39, 20],
			],
		],
		[
			'a remainder',
			closedGroups(25, 10),
			all(25),
			20,
			[
				[0, 9, 10],
				[10, 24, 15],
			],
		],
		[
			'groups without a frame are left out',
			closedGroups(100, 10),
			[5, 95],
			1,
			[
				[0, 5, 1],
				[90, 95, 1],
			],
		],
		[
			'a group longer than a chunk stays whole',
			closedGroups(60, 30),
			all(60),
			20,
			[
				[0, 29, 30],
				[30, 59, 30],
			],
		],
		[
			'a very long group is cut',
			closedGroups(100, 100),
			all(100),
			10,
			[
				[0, 39, 40],
				[0, 79, 40],
				[0, 99, 20],
			],
		],
	] as const)('%s', (_, index, selection, framesPerChunk, expected) => {
		const chunks = planChunks(index, [...selection], framesPerChunk);
		expect(chunks.map(({ runs, frames }) => [runs[0]?.[0], runs.at(-1)?.[1], frames.length])).toEqual(expected);
	});

	test('a leading picture of an open group is decoded from the key before', () => {
		// Decode order: I0 P3 B1 B2 I6 B4 B5; B4 and B5 are shown before I6 and need P3.
		const index = indexOf([
			[0, 1],
			[3, 0],
			[1, 0],
			[2, 0],
			[6, 1],
			[4, 0],
			[5, 0],
		]);
		expect(planChunks(index, [4], 10)).toEqual([{ frames: [4], runs: [[0, 5]] }]);
		expect(planChunks(index, [6], 10)).toEqual([{ frames: [6], runs: [[4, 4]] }]);
	});

	test('groups without a frame, and pictures behind the last frame of a group, are left out', () => {
		expect(planChunks(closedGroups(100, 10), [3, 4, 52, 90], 50)).toEqual([
			{
				frames: [3, 4, 52, 90],
				runs: [
					[0, 4],
					[50, 52],
					[90, 90],
				],
			},
		]);
	});

	test('key frames alone are decoded alone', () => {
		const keys = all(10).map(group => group * 10);
		expect(planChunks(closedGroups(100, 10), keys, 50)).toEqual([{ frames: keys, runs: keys.map(key => [key, key]) }]);
	});

	test('an open group never begins a run behind another', () => {
		// I0 P1 | I4 B2 B3 P5 | I8 B6 B7 P9, in decode order.
		const order = [0, 1, 4, 2, 3, 5, 8, 6, 7, 9];
		const index = indexOf(order.map(time => [time, time % 4 === 0 ? 1 : 0]));
		expect(planChunks(index, [0, 9], 10)).toEqual([{ frames: [0, 9], runs: [[0, 9]] }]);
		expect(planChunks(index, [9], 10)).toEqual([{ frames: [9], runs: [[6, 9]] }]);
	});

	test('one frame of every long group costs more than its own: fewer of them make a chunk', () => {
		const selection = all(100).map(group => group * 100 + 99);
		const chunks = planChunks(closedGroups(10_000, 100), selection, 100);
		expect(chunks.length).toBeGreaterThanOrEqual(10);
		const sizes = chunks.map(({ frames }) => frames.length);
		expect(new Set(sizes.slice(0, -1)).size).toBe(1);
		expect(sizes.at(-1)).toBeGreaterThanOrEqual((sizes[0] as number) / 2);
	});

	test('a selection of a million frames stays within the number of chunks that one listing holds', () => {
		expect(planChunks(closedGroups(1_000_000, 50), all(1_000_000), 200).length).toBeLessThanOrEqual(mostChunks);
	});

	test('every frame is in one chunk, decodable from its first picture', () => {
		const videos = fc.record({
			groups: fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 12 }),
			chosen: fc.array(fc.nat(400)),
			framesPerChunk: fc.integer({ min: 1, max: 40 }),
			cut: fc.constantFrom('at-keys' as const, 'anywhere' as const),
		});
		fc.assert(
			fc.property(videos, ({ groups, chosen, framesPerChunk, cut }) => {
				const index = indexOf(
					groups.flatMap(length => Array.from({ length }, (_, at): [number, 0 | 1] => [0, at === 0 ? 1 : 0])),
				);
				index.pts.forEach((_, at) => {
					index.pts[at] = at;
				});
				const count = index.pts.length;
				const selection = [...new Set(chosen.filter(frame => frame < count))].sort((a, b) => a - b);
				const chunks = planChunks(
					{ ...index, shown: presentationOrder(index.pts, () => true) },
					selection,
					framesPerChunk,
					cut,
				);
				expect(chunks.flatMap(({ frames }) => frames)).toEqual(selection);
				for (const { frames, runs } of chunks) {
					for (const [n, [first, last]] of runs.entries()) {
						expect(index.key[first]).toBe(1);
						expect(frames).toContain(last);
						expect(first).toBeGreaterThan(runs[n - 1]?.[1] ?? -1);
					}
					for (const frame of frames) expect(runs.some(([first, last]) => first <= frame && frame <= last)).toBe(true);
					if (cut === 'anywhere') expect(frames.length).toBeLessThanOrEqual(framesPerChunk);
				}
			}),
		);
	});
});
