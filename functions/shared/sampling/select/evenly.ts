import { at } from '../../at.ts';
import type { FrameTimes } from './frame-times.ts';

/**
 * Takes `count` frames evenly in time, or all where there are fewer. Their span is divided into that many equal parts,
 * and each part gives its first frame. No frame is taken twice: a part without a frame takes the next one, and the last
 * frames are kept for the last parts.
 * @param frames in order
 */
export function evenly({ ticks }: Pick<FrameTimes, 'ticks'>, frames: number[], count: number): number[] {
	const total = frames.length;
	if (count >= total) return frames.slice();
	const first = ticks(at(frames, 0));
	// The last frame lasts as long as the others on average.
	const span = BigInt(ticks(at(frames, total - 1)) - first) * BigInt(total);
	const parts = BigInt(total - 1) * BigInt(count);
	const taken: number[] = [];
	let next = 0;
	for (let part = 0; part < count; part++) {
		const begin = BigInt(part) * span;
		const last = total - (count - part);
		while (next < last && BigInt(ticks(at(frames, next)) - first) * parts < begin) next++;
		taken.push(at(frames, next++));
	}
	return taken;
}
