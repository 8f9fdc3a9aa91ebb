import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { nalUnits } from '#shared/video/bitstream/bitstream.ts';
import { makeDecodePlan } from '#shared/video/extract/make-decode-plan.ts';
import { sparseParts, withoutDisposable } from '#shared/video/extract/without-disposable.ts';
import { planChunks } from '#shared/video/plan-chunks.ts';
import { openFile } from '#shared/video/source/file-source.ts';
import { openVideo } from '#test/read-video.ts';
import { fixturePath } from '#test/video-fixtures.ts';
import { decodeFile } from '#test/whole-decode.ts';

const { signal } = new AbortController();

/** How many pictures are decoded for some frames of a video, with those that are left out and without. */
async function decodedFor(path: string, selection: number[]): Promise<{ planned: number; decoded: number }> {
	const { index, close } = await openVideo(path);
	const source = await openFile(path);
	try {
		let [planned, decoded] = [0, 0];
		for (const { frames, runs } of planChunks(index, selection, selection.length)) {
			const plan = makeDecodePlan(index, runs);
			const wanted = frames.map(frame => ({ index: frame, pts: index.pts[index.shown[frame] as number] as number }));
			planned += picturesOf(plan.demuxInput);
			const parts = sparseParts(plan, wanted);
			for (const part of parts ?? []) {
				const { plan: less } = await withoutDisposable(part, source, signal);
				decoded += picturesOf(less.demuxInput);
			}
			if (!parts) decoded += picturesOf(plan.demuxInput);
		}
		return { planned, decoded };
	} finally {
		await source.close();
		await close();
	}
}

const picturesOf = (input: ReturnType<typeof makeDecodePlan>['demuxInput']): number =>
	input.kind === 'whole' ? 0 : input.pts.length;

/** One frame in the middle of each group of 24. */
const selection = [14, 38, 62, 86];

describe('pictures that no other refers to are not decoded for a few frames', () => {
	test.each(['b-pyramid.mp4', 'hevc.mp4', 'open-gop-h264.mp4', 'open-gop-hevc.mp4', 'frag-keyframe.mp4'])(
		'%s',
		async name => {
			const path = await fixturePath(name);
			const { planned, decoded } = await decodedFor(path, selection);
			expect(decoded).toBeLessThan(planned * 0.75);
			await expectFramesOfWholeDecode(path, selection);
		},
	);

	test.each(['interlaced-h264.mp4', 'vp9.mp4', 'mpeg4.mp4', 'intra-refresh.mp4', 'h264.ts'])(
		'%s: all are decoded',
		async name => {
			const path = await fixturePath(name);
			const { planned, decoded } = await decodedFor(path, selection);
			expect(decoded).toBe(planned);
		},
	);
});

describe('a reference picture that says it is none', () => {
	test('of H.264 is noticed, and all others of its group are decoded', async () => {
		await withFalseFlag(await fixturePath('b-pyramid.mp4'), 2, async changed => {
			const { planned, decoded } = await decodedFor(changed, [14]);
			expect(decoded).toBe(planned);
		});
	});

	test.each(['b-pyramid.mp4', 'hevc.mp4'])('makes no wrong picture: %s', async name => {
		const path = await fixturePath(name);
		const sound = await decodeFile(path);
		let changes = 0;
		for (let at = 1; at < 12; at++) {
			await withFalseFlag(path, at, async changed => {
				changes++;
				const whole = await decodeFile(changed);
				const video = await openVideo(changed);
				try {
					for (const frame of [14, 20]) {
						const { frames, faults } = await video.read([frame], 1);
						expect(frames.length + faults.length, `${at}: ${frame}`).toBe(1);
						const right = [sound, whole].map(({ pictures }) => pictures[frame]?.sha256);
						for (const { sha256 } of frames) expect(right, `${at}: ${frame}`).toContain(sha256);
					}
				} finally {
					await video.close();
				}
			});
		}
		expect(changes).toBeGreaterThan(3);
	});
});

async function expectFramesOfWholeDecode(path: string, frames: number[]): Promise<void> {
	const video = await openVideo(path);
	try {
		const whole = await decodeFile(path);
		const read = await video.read(frames, 1);
		expect(read.faults).toEqual([]);
		expect(read.frames.map(({ sha256 }) => sha256)).toEqual(frames.map(frame => whole.pictures[frame]?.sha256));
	} finally {
		await video.close();
	}
}

/**
 * Gives some work a copy in which the picture at this place in decode order says that no other refers to it: of H.264 by
 * `nal_ref_idc`, of HEVC by the type TRAIL_N instead of TRAIL_R. Does nothing if it says so already.
 */
async function withFalseFlag(path: string, at: number, work: (path: string) => Promise<void>): Promise<void> {
	const { index, close } = await openVideo(path);
	await close();
	const bytes = readFileSync(path);
	const [offset, size] = [index.offset[at] as number, index.size[at] as number];
	let hasChanged = false;
	for (const nal of nalUnits(bytes.subarray(offset, offset + size), 4)) {
		const header = nal[0] as number;
		const isH264Reference = path.endsWith('b-pyramid.mp4') && (header & 0x1f) === 1 && (header & 0x60) !== 0;
		const isHevcReference = path.endsWith('hevc.mp4') && header >> 1 === 1;
		if (!isH264Reference && !isHevcReference) continue;
		nal[0] = isH264Reference ? 1 : 0;
		hasChanged = true;
	}
	if (!hasChanged) return;
	const folder = await mkdtemp(join(tmpdir(), 'framefan-disposable-'));
	try {
		writeFileSync(join(folder, 'changed.mp4'), bytes);
		await work(join(folder, 'changed.mp4'));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
