import { describe, expect, test } from 'vitest';
import { Heap } from '../../bench/simulation/heap.ts';
import { awsLimits, type Scenario } from '../../bench/simulation/scenario.ts';
import { simulate } from '../../bench/simulation/simulate.ts';
import { makeRandom } from '../../chaos/random.ts';

const scenario: Scenario = {
	seed: 1,
	videos: 40,
	framesPerVideo: 1730,
	framesPerChunk: 200,
	width: 16,
	decode: { memoryMiB: 3538, secondsPerFrame: [0.01, 0.012, 0.02], startSeconds: 0.5, coldStartSeconds: 1 },
	fanOut: { memoryMiB: 1769, width: 20, secondsPerVideo: 2 },
	reduce: { memoryMiB: 512, width: 10, secondsPerBatch: 0.3, batch: 10 },
	server: { parallel: 64, secondsPerImage: [0.004, 0.005] },
	failing: 0.02,
	doubled: 0.02,
	bytesPerImage: 1.3e6,
	limits: awsLimits,
};

describe.each([1, 2, 3, 4, 5])('with seed %i', seed => {
	const result = simulate({ ...scenario, seed });

	test('every chunk is done once, or given up, whatever failed and came twice', () => {
		expect(result.chunks).toBe(40 * 9);
		expect(result.done + result.givenUp).toBe(result.chunks);
		expect(result.deliveries.done).toBe(result.done);
		expect(result.deliveries.failed).toBeGreaterThan(0);
		expect(result.deliveries.doubled).toBeGreaterThan(0);
		if (result.givenUp === 0) expect(result.frames).toBe(40 * 1730);
	});

	test('it takes no less time than the work shared among all sandboxes', () => {
		expect(result.seconds).toBeGreaterThanOrEqual(result.workSeconds / scenario.width);
		const leastWork = result.done * scenario.decode.startSeconds + result.frames * 0.01;
		expect(result.workSeconds).toBeGreaterThanOrEqual(leastWork - 1e-6);
		expect(result.usage.gibSeconds.decode).toBeGreaterThanOrEqual((result.workSeconds * 3538) / 1024);
	});

	test('the bill is the sum of its parts', () => {
		const { total, ...parts } = result.bill;
		expect(Object.values(parts).every(dollars => dollars > 0)).toBe(true);
		expect(Object.values(parts).reduce((sum, dollars) => sum + dollars, 0)).toBeCloseTo(total, 9);
	});

	test('the same seed gives the same result', () => {
		expect(simulate({ ...scenario, seed })).toEqual(result);
	});
});

test('a chunk that always fails is given up after all its deliveries', () => {
	const result = simulate({ ...scenario, failing: 1, doubled: 0 });
	expect(result).toMatchObject({ done: 0, frames: 0, givenUp: result.chunks });
	expect(result.deliveries.failed).toBe(result.chunks * awsLimits.deliveries);
});

test('without failures nothing is delivered but what is done', () => {
	const result = simulate({ ...scenario, failing: 0, doubled: 0 });
	expect(result.deliveries).toEqual({ done: result.chunks, failed: 0, doubled: 0 });
});

test('more width never takes longer, and a slow server is what binds', () => {
	const alike = { ...scenario, failing: 0, doubled: 0 };
	const seconds = [1, 4, 16, 64].map(width => simulate({ ...alike, width }).seconds);
	expect(seconds).toEqual(seconds.toSorted((a, b) => b - a));
	const slow = simulate({ ...alike, width: 64, server: { parallel: 1, secondsPerImage: [0.01] } });
	expect(slow.bound).toBe('server');
	expect(slow.seconds).toBeGreaterThanOrEqual(slow.frames * 0.01);
});

test('no more sandboxes are used than the width, and a queue needs time to become wide', () => {
	const brief = simulate({ ...scenario, width: 1000, fanOut: { ...scenario.fanOut, secondsPerVideo: 0.01 } });
	expect(brief.sandboxes).toBeLessThan(200);
	expect(simulate(scenario).sandboxes).toBeLessThanOrEqual(scenario.width);
});

test('a heap gives its items in the order of their keys', () => {
	const random = makeRandom(7);
	const keys = Array.from({ length: 500 }, () => Math.floor(random.next() * 100));
	const heap = new Heap<number>();
	for (const key of keys) heap.push(key, key);
	expect(keys.map(() => heap.pop())).toEqual(keys.toSorted((a, b) => a - b));
	expect(() => heap.pop()).toThrow(RangeError);
});
