import { expect } from 'vitest';
import type { Fault } from './read-video.ts';
import type { FaultyVideo } from './video-fixtures/damage.ts';
import { fixturePath, fixtures } from './video-fixtures.ts';
import { decodeFile, wholeDecode } from './whole-decode.ts';

type TimeBase = { num: number; den: number };
const ratio = (from: TimeBase, to: TimeBase) => (from.num * to.den) / (from.den * to.num);

/**
 * Checks what was read of a file that can't be read whole: its faults are clear, every picture that is known of has one
 * fate, and a picture that was given is the one of the sound file.
 */
export async function checkFaultyVideo(
	video: FaultyVideo,
	read: {
		frames: { index: number; pts: number; sha256: string }[];
		faults: Fault[];
		pictures: number;
		timeBase?: TimeBase;
	},
): Promise<void> {
	const { frames, faults, pictures } = read;
	for (const { reason, message } of faults) {
		expect(video.reasons, message).toContain(reason);
		expect(message).toMatch(/\w \w/);
		expect(message).not.toMatch(/ at .*:\d+:\d+|undefined|NaN|127\.0\.0\.1|0x[0-9a-f]{6}/);
	}
	const good = fixtures.find(({ name }) => name === video.was);
	// AVI tells no times, and the turn of its last picture only by those behind it: what is left is the measure itself.
	const isUnnoticed = video.isUnnoticedByOthers && process.env.FFMPEG_PATH !== undefined;
	const isOwnMeasure = /\.avi$/.test(video.was ?? '') || isUnnoticed;
	const nothing = { pictures: [], timeBase: { num: 0, den: 1 } };
	const truth = isOwnMeasure
		? await decodeFile(await fixturePath(video.name))
		: good
			? await wholeDecode(good)
			: nothing;
	// Without a table of all pictures, a lost one moves the numbers of those behind it, so the time tells which one it is.
	const isRenumbered = /\.(ts|mkv)$/.test(video.was ?? '');
	const ticks = (pts: number) => (read.timeBase ? pts * ratio(read.timeBase, truth.timeBase) : Number.NaN);
	const wrong = frames.filter(({ index, pts, sha256 }) => {
		const picture = isRenumbered
			? truth.pictures.find(candidate => Math.abs((candidate.pts ?? Number.NaN) - ticks(pts)) < 0.5)
			: truth.pictures[index];
		return picture?.sha256 !== sha256;
	});
	expect(wrong.map(({ index }) => index)).toEqual([]);
	if (!video.mayEndEarly && !isUnnoticed) expect(faults).not.toEqual([]);
	const fates = [...frames, ...faults].flatMap(({ index }) => (index === null ? [] : [index]));
	expect(new Set(fates).size).toBe(fates.length);
	expect(fates.length).toBe(pictures);
}
