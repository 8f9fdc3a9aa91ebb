import { expect, test } from 'vitest';
import { DeferredError } from '#shared/errors.ts';
import { indexAvi } from '#shared/video/index/demux/avi.ts';
import { indexFlv } from '#shared/video/index/demux/flv.ts';
import { type Checkpoint, type PassState, passStateSchema } from '#shared/video/index/demux/pass-state.ts';
import { indexTransportStream } from '#shared/video/index/demux/transport-stream.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';
import type { ByteSource } from '#shared/video/source/byte-source.ts';
import { openFile } from '#shared/video/source/file-source.ts';
import { fixturePath } from '#test/video-fixtures.ts';

type Pass = (source: ByteSource, checkpoint?: Checkpoint) => Promise<VideoIndex>;
const passes: [name: string, pass: Pass][] = [
	['h264.ts', indexTransportStream],
	['hevc.ts', indexTransportStream],
	['mpeg2.ts', indexTransportStream],
	['sound.ts', indexTransportStream],
	['h264.avi', indexAvi],
	['mpeg4.avi', indexAvi],
	['mjpeg.avi', indexAvi],
	['sound.avi', indexAvi],
	['h264.flv', indexFlv],
	['flv1.flv', indexFlv],
];

/** Lets a pass go on again and again, each time until it has read so many bytes more. */
const inParts = async (pass: Pass, whole: ByteSource, bytes: number) => {
	let state: PassState | undefined;
	let rounds = 0;
	const starts: number[] = [];
	for (;;) {
		rounds++;
		const before = state?.at ?? 0;
		let end = 0;
		const small: ByteSource = {
			...whole,
			// In small parts, as if a file of gigabytes were read in large ones.
			read: async (offset, length) => {
				const read = await whole.read(offset, Math.min(length, 60_000));
				end = Math.max(end, offset + read.length);
				return read.length < length
					? Buffer.concat([read, await small.read(offset + read.length, length - read.length)])
					: read;
			},
		};
		const checkpoint: Checkpoint = {
			isDue: () => end > before + bytes,
			load: async () => state,
			save: async next => {
				state = passStateSchema.parse(JSON.parse(JSON.stringify(next)));
			},
		};
		try {
			return { index: await pass(small, checkpoint), rounds, starts };
		} catch (error) {
			if (!(error instanceof DeferredError)) throw error;
			expect(state?.at).toBeGreaterThan(before);
			starts.push(state?.at as number);
		}
	}
};

test.each(passes)('%s, indexed in several parts, has the index of one pass', async (name, pass) => {
	const source = await openFile(await fixturePath(name));
	try {
		const whole = await pass(source);
		const { index, rounds } = await inParts(pass, source, 1);
		expect(rounds).toBeGreaterThan(1);
		expect(index).toEqual(whole);
	} finally {
		await source.close();
	}
});
