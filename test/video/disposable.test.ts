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

test('a reference picture that says it is none is decoded, with all others of its group', async () => {
	await withChangedCopy(await fixturePath('b-pyramid.mp4'), async changed => {
		const { planned, decoded } = await decodedFor(changed, [14]);
		expect(decoded).toBe(planned);
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

/** Clears `nal_ref_idc` of the second reference picture behind the first key, and gives a copy with it to some work. */
async function withChangedCopy(path: string, work: (path: string) => Promise<void>): Promise<void> {
	const { index, close } = await openVideo(path);
	await close();
	const bytes = readFileSync(path);
	let references = 0;
	for (let at = 0; references < 3; at++) {
		const [offset, size] = [index.offset[at] as number, index.size[at] as number];
		for (const nal of nalUnits(bytes.subarray(offset, offset + size), 4)) {
			const header = nal[0] as number;
			if (![1, 5].includes(header & 0x1f) || (header & 0x60) === 0) continue;
			references++;
			if (references === 3) nal[0] = header & 0x1f;
		}
	}
	const folder = await mkdtemp(join(tmpdir(), 'framefan-disposable-'));
	try {
		writeFileSync(join(folder, 'changed.mp4'), bytes);
		await work(join(folder, 'changed.mp4'));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}
