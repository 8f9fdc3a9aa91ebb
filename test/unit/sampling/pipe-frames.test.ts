import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { PermanentError } from '#shared/errors.ts';
import type { Chunk, ChunkFrame } from '#shared/sampling/chunk.ts';
import { imageSettingsSchema } from '#shared/sampling/settings.ts';
import type { Frame } from '#shared/video/extract/run-decoder.ts';
import { pipeFrames } from '../../../functions/decode/pipe-frames.ts';
import type { EncodedFrame } from '../../../functions/decode/upload-frames.ts';

const size = { width: 16, height: 16 };

/** Noise, which no encoder makes smaller. */
const noise = ({ width, height }: typeof size): Buffer => randomBytes(width * height * 3);

const run = (
	count: number,
	upload: (frames: EncodedFrame[]) => Promise<void>,
	{ pictures = size, stop }: { pictures?: typeof size; stop?: () => void } = {},
) => {
	const wanted = Array.from({ length: count }, (_, index) => ({ index, pts: index, name: `${index}.png` }));
	async function* decode(): AsyncGenerator<Frame, string> {
		try {
			for (const frame of wanted) yield { ...frame, ...pictures, pixels: 'rgb24', bytes: noise(pictures) };
			return 'faults';
		} finally {
			stop?.();
		}
	}
	const chunk = { settings: imageSettingsSchema.parse({}) } as Chunk;
	return pipeFrames(decode(), chunk, wanted as ChunkFrame[], 3, upload);
};

test('several uploads run at the same time, and each frame is in one of them', async () => {
	const seen: number[] = [];
	let [running, most] = [0, 0];
	let tellFull = () => {};
	const full = new Promise<void>(resolve => {
		tellFull = resolve;
	});
	const faults = await run(200, async frames => {
		most = Math.max(most, ++running);
		if (running === 4) tellFull();
		// However slowly pictures are encoded, four uploads come together; a fifth would have the time to.
		await full;
		await sleep(50);
		seen.push(...frames.map(({ frame }) => frame.index));
		running--;
	});
	expect(faults).toBe('faults');
	expect(most).toBe(4);
	expect(running).toBe(0);
	expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: 200 }, (_, index) => index));
});

test('uploads at the same time stay within a limit of bytes', async () => {
	let [bytes, most] = [0, 0];
	// About 5 MB each.
	await run(
		16,
		async frames => {
			const own = frames.reduce((sum, frame) => sum + frame.bytes.length, 0);
			bytes += own;
			most = Math.max(most, bytes);
			await sleep(200);
			bytes -= own;
		},
		{ pictures: { width: 1300, height: 1300 } },
	);
	expect(most).toBeGreaterThan(16 * 1024 * 1024);
	expect(most).toBeLessThan(30 * 1024 * 1024);
});

test('after a failed upload the decoder ends, other uploads finish, and the error is thrown', async () => {
	let [uploads, finished, stopped] = [0, 0, false];
	const failing = run(
		400,
		async () => {
			if (++uploads === 2) throw new PermanentError('refused', 'no');
			await sleep(50);
			finished++;
		},
		{
			stop: () => {
				stopped = true;
			},
		},
	);
	await expect(failing).rejects.toThrow('no');
	expect(stopped).toBe(true);
	expect(finished).toBe(uploads - 1);
	expect(uploads).toBeLessThan(10);
});
