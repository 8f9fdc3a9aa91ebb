import { at } from '../../at.ts';
import type { VideoIndex } from '../../video/index/video-index.ts';
import { type Fraction, product } from './fraction.ts';

/** When frames are shown, since the first frame of the video. */
export type FrameTimes = {
	/** Number of frames. */
	count: number;
	/** Time of a frame in ticks; never less than that of the frame before. */
	ticks(frame: number): number;
	/** Seconds per tick. */
	tick: Fraction;
};

/** The times of the frames of a video. Where a file's times go back, a frame has the latest time before it. */
export function frameTimes({ pts, shown, timeBase }: Pick<VideoIndex, 'pts' | 'shown' | 'timeBase'>): FrameTimes {
	const times = new Float64Array(shown.length);
	const first = shown.length === 0 ? 0 : at(pts, at(shown, 0));
	let latest = 0;
	for (const [frame, position] of shown.entries()) {
		latest = Math.max(latest, at(pts, position) - first);
		times[frame] = latest;
	}
	const tick = { num: BigInt(timeBase.num), den: BigInt(timeBase.den) };
	return { count: shown.length, ticks: frame => at(times, frame), tick };
}

/** The time of a frame in seconds, rounded to a double. */
export function secondsOf({ ticks, tick }: Pick<FrameTimes, 'ticks' | 'tick'>, frame: number): number {
	return (ticks(frame) * Number(tick.num)) / Number(tick.den);
}

/** The number of whole periods between a time and a frame. @param since that time, in ticks */
export function periodsSince({ ticks, tick }: FrameTimes, frame: number, since: number, period: Fraction): bigint {
	const seconds = product({ num: BigInt(ticks(frame) - since), den: 1n }, tick);
	return (seconds.num * period.den) / (seconds.den * period.num);
}

/** Whether the time of a frame is at or after an instant, in seconds since the first frame of the video. */
export function isAtOrAfter({ ticks, tick }: FrameTimes, frame: number, instant: Fraction): boolean {
	const time = product({ num: BigInt(ticks(frame)), den: 1n }, tick);
	return time.num * instant.den >= instant.num * time.den;
}

/** Whether at least a duration lies between two frames. */
export function areApart({ ticks, tick }: FrameTimes, first: number, second: number, duration: Fraction): boolean {
	const between = product({ num: BigInt(ticks(second) - ticks(first)), den: 1n }, tick);
	return between.num * duration.den >= duration.num * between.den;
}
