import { createHash } from 'node:crypto';
import { at } from '../at.ts';
import { parseDuration } from './select/duration.ts';
import type { Fraction } from './select/fraction.ts';
import { areApart, type FrameTimes, periodsSince } from './select/frame-times.ts';
import { type Split, type SplitName, splitNames, usualBlock, usualGap } from './split-settings.ts';

/**
 * The split of each frame of a video; null for one that is nearer than the gap to a block or scene of another split that
 * follows. The first frames of a block stay: frames are often taken at round times. Depends on the settings,
 * the id of the video, the times of its frames and its scenes, and on nothing else: neither on other videos nor on which
 * frames are selected. Pure.
 * @param scenes the first frames of all scenes of the video, from 0; used only for splits by scene
 */
export function splitOfFrames(
	split: Split,
	video: number,
	times: FrameTimes,
	scenes: number[],
): (frame: number) => SplitName | null {
	switch (split.by) {
		case 'video': {
			const whole = draw(split, [video]);
			return () => whole;
		}
		case 'time':
			return byTime(split, video, times);
		case 'scene':
			return byScene(split, video, times, scenes);
	}
}

const byTime = (split: Split, video: number, times: FrameTimes): ReturnType<typeof splitOfFrames> => {
	const block = parseDuration(split.block ?? usualBlock) as Fraction;
	const gap = parseDuration(split.gap ?? usualGap) as Fraction;
	const last = times.count === 0 ? 0n : periodsSince(times, times.count - 1, 0, block);
	const drawn = new Map<bigint, SplitName>();
	const splitOf = (n: bigint): SplitName => {
		const known = drawn.get(n);
		if (known !== undefined) return known;
		const found = draw(split, [video, 'time', Number(n)]);
		drawn.set(n, found);
		return found;
	};
	return frame => {
		const n = periodsSince(times, frame, 0, block);
		const own = splitOf(n);
		const end = { num: (n + 1n) * block.num, den: block.den };
		return n < last && splitOf(n + 1n) !== own && isNearEnd(times, frame, end, gap) ? null : own;
	};
};

const byScene = (
	split: Split,
	video: number,
	times: FrameTimes,
	scenes: number[],
): ReturnType<typeof splitOfFrames> => {
	const gap = parseDuration(split.gap ?? usualGap) as Fraction;
	/** Scenes of one split that follow each other count as one: a gap may be longer than a scene. */
	const runs: { start: number; split: SplitName }[] = [];
	for (const start of scenes) {
		const drawn = draw(split, [video, 'scene', start]);
		if (runs.at(-1)?.split !== drawn) runs.push({ start, split: drawn });
	}
	return frame => {
		const n = lastBefore(runs, frame);
		const [own, next] = [at(runs, n), runs[n + 1]];
		return next && !areApart(times, frame, next.start, gap) ? null : own.split;
	};
};

/** The last run that begins at or before a frame; the first one for a frame before all. */
const lastBefore = (runs: { start: number }[], frame: number): number => {
	let [low, high] = [0, runs.length - 1];
	while (low < high) {
		const middle = Math.ceil((low + high) / 2);
		if (at(runs, middle).start <= frame) low = middle;
		else high = middle - 1;
	}
	return low;
};

/** Whether less than a gap lies between a frame and the end of its block. */
const isNearEnd = ({ ticks, tick }: FrameTimes, frame: number, end: Fraction, gap: Fraction): boolean => {
	const left = end.num * tick.den - BigInt(ticks(frame)) * tick.num * end.den;
	return left * gap.den < gap.num * tick.den * end.den;
};

/** Draws the split for a key by its hash, so that no other key has an influence on it. */
const draw = (split: Split, key: (string | number)[]): SplitName => {
	const digest = createHash('sha256')
		.update(JSON.stringify([split.seed, ...key]))
		.digest();
	const drawn = digest.readUIntBE(0, 6) / 2 ** 48;
	const shares = splitNames.filter(name => (split[name] ?? 0) > 0);
	let sum = 0;
	// The last one has the rest, whatever rounding has made of the sum.
	for (const name of shares) {
		sum += split[name] ?? 0;
		if (drawn < sum) return name;
	}
	return at(shares, shares.length - 1);
};
