import { at } from '../../at.ts';
import type { KnownVideo } from './expected-frames.ts';
import type { FrameTimes } from './frame-times.ts';

/** Ticks of a second, for times that a server reports. */
const ticksPerSecond = 1_000_000;

/**
 * What a selection is made from where no index is known: the times that the server reports for each frame, or else evenly
 * spaced ones.
 * @param facts `seconds`: the duration; `timecodes`: the time of each frame in seconds, used if there are as many as frames
 */
export function listedSource(
	facts: { frameCount: number; seconds: number | undefined; timecodes: number[] },
	name: string,
): KnownVideo {
	const times = timesOf(facts);
	const isTimed = facts.timecodes.length === facts.frameCount || facts.seconds !== undefined;
	return { source: { times, isKey: () => false, name, labels: undefined, scenes: [] }, isIndexed: false, isTimed };
}

const timesOf = ({ frameCount, seconds, timecodes }: Parameters<typeof listedSource>[0]): FrameTimes => {
	if (timecodes.length === frameCount && frameCount > 0) {
		const first = at(timecodes, 0);
		let latest = 0;
		const ticks = Float64Array.from(timecodes, time => {
			latest = Math.max(latest, Math.round((time - first) * ticksPerSecond));
			return latest;
		});
		return { count: frameCount, ticks: frame => at(ticks, frame), tick: { num: 1n, den: BigInt(ticksPerSecond) } };
	}
	const num = BigInt(Math.round((seconds ?? frameCount) * ticksPerSecond));
	return {
		count: frameCount,
		ticks: frame => frame,
		tick: { num, den: BigInt(Math.max(1, frameCount) * ticksPerSecond) },
	};
};
