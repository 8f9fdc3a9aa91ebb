import { createHash } from 'node:crypto';

/**
 * Takes some frames at random. Each frame has a number made of the seed, the video's name and the frame's index, and
 * those with the lowest are taken: the same on every machine, and a larger count adds frames to those of a smaller one.
 */
export function randomly(frames: number[], count: number, seed: number, videoName: string): number[] {
	if (count >= frames.length) return frames.slice();
	const digest = createHash('sha256')
		.update(JSON.stringify([seed, videoName]))
		.digest();
	const [high, low] = [digest.readUInt32LE(0), digest.readUInt32LE(4)];
	const drawn = frames.map(frame => ({
		frame,
		first: mix(frame ^ high),
		second: mix(Math.imul(frame, 0x9e3779b1) ^ low),
	}));
	drawn.sort((a, b) => a.first - b.first || a.second - b.second || a.frame - b.frame);
	return drawn
		.slice(0, count)
		.map(({ frame }) => frame)
		.sort((a, b) => a - b);
}

/** The finalizer of MurmurHash3 (public domain, Austin Appleby): a permutation of all 32-bit numbers. */
const mix = (value: number): number => {
	let bits = value;
	bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
	bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
	return (bits ^ (bits >>> 16)) >>> 0;
};
