import { expect, test } from 'vitest';
import type { Frame } from '#shared/video/extract/run-decoder.ts';
import { type FrameScores, keptFrames } from '../../../functions/decode/kept-frames.ts';
import { makeQualityFilter, type Verdict } from '../../../functions/decode/quality-filter.ts';
import { noise, painted } from '../png/scenes.ts';

const wanted = Array.from({ length: 12 }, (_, index) => ({ index, pts: index }));

/** Every third frame is noise, which is sharp; the others are of one gray each. */
const picture = (index: number): Frame => {
	const { data } = index % 3 === 1 ? noise(40, 30, index) : painted(40, 30, () => [index * 9, index * 9, index * 9]);
	return { index, pts: index, width: 40, height: 30, pixels: 'rgb24', bytes: Buffer.from(data) };
};

/** Keeps the sharpest of each three frames, as frames come in this order; `lost` never come. */
const keep = async (order: number[], lost: number[] = [], labelled: number[] = []) => {
	const runs: number[][] = [];
	const extract = async function* (some: { index: number }[]): AsyncGenerator<Frame, number[]> {
		const asked = new Set(some.map(({ index }) => index));
		const run: number[] = [];
		runs.push(run);
		for (const index of order) {
			if (!asked.has(index) || lost.includes(index)) continue;
			run.push(index);
			yield picture(index);
		}
		return lost.filter(index => asked.has(index));
	};
	const verdicts = new Map<number, Verdict['verdict']>();
	const scores = new Map<number, FrameScores>();
	const windows = wanted.map(({ index }) => Math.floor(index / 3));
	const kept: number[] = [];
	const options = {
		concurrency: 3,
		onVerdict: ({ index, verdict }: Verdict, found: FrameScores) => {
			expect(verdicts.has(index)).toBe(false);
			verdicts.set(index, verdict);
			scores.set(index, found);
		},
	};
	const frames = keptFrames(extract, wanted, { labelled, windows }, makeQualityFilter({ sharpestOf: '1s' }), options);
	for (;;) {
		const { value, done } = await frames.next();
		if (done) return { kept: kept.sort((a, b) => a - b), lost: value, verdicts, scores, runs };
		expect(value.bytes.equals(picture(value.index).bytes)).toBe(true);
		kept.push(value.index);
	}
};

const inOrder = wanted.map(({ index }) => index);

test('frames that come in order are decoded once', async () => {
	const { kept, lost, verdicts, scores, runs } = await keep(inOrder);
	expect({ kept, lost }).toEqual({ kept: [1, 4, 7, 10], lost: [] });
	expect(runs).toEqual([inOrder]);
	expect(verdicts.size).toBe(12);
	expect(verdicts.get(0)).toBe('lessSharp');
	expect(scores.get(1)?.sharpness).toBeGreaterThan(1000);
	expect(scores.get(0)?.sharpness).toBe(0);
});

test('labelled frames are kept beside the sharpest', async () =>
	expect((await keep(inOrder, [], [2, 3, 10])).kept).toEqual([1, 2, 3, 4, 7, 10]));

test('frames that come late change nothing', async () => {
	const late = [0, 1, 2, 3, 5, 6, 7, 4, 8, 9, 11, 10];
	const { kept, lost, verdicts, runs } = await keep(late);
	expect({ kept, lost, verdicts }).toEqual({ kept: [1, 4, 7, 10], lost: [], verdicts: (await keep(inOrder)).verdicts });
	expect(runs).toHaveLength(3);
});

test('lost frames are faults, and the others are decided without them', async () => {
	const { kept, lost, verdicts } = await keep(inOrder, [4, 11]);
	expect({ kept, lost }).toEqual({ kept: [1, 3, 7, 10], lost: [4, 11] });
	expect(verdicts.has(4)).toBe(false);
	expect((await keep(inOrder, inOrder)).kept).toEqual([]);
});
