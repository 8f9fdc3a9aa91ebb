import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveLargeVideo } from '#test/large-annotation/serve-large-video.ts';
import { settings } from '../../infra/settings.ts';

const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'framefan-large-'));
const file = join(folder, 'a.mp4');
const [frames, figures] = [100_000, 20];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(async () => {
	const source = ['-f', 'lavfi', '-i', 'color=size=16x16:rate=30', '-frames:v', String(frames)];
	const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '250'];
	await run(ffmpegInstaller.path, ['-loglevel', 'error', ...source, ...codec, file]);
});

test.each([
	['every frame', {}, 1],
	['every tenth of the annotated frames', { step: 10, annotated: true }, 10],
	['every tenth frame', { step: 10 }, 10],
])('an annotation of 100,000 frames of 20 figures, %s: planned in half of the memory', async (which, wanted, step) => {
	const server = await serveLargeVideo(file, { frames, figures });
	try {
		const child = join(import.meta.dirname, '../support/large-annotation/plan-large-video.ts');
		const { stdout } = await run(process.execPath, ['--import', 'tsx', child, server.address, JSON.stringify(wanted)]);
		const result = JSON.parse(stdout);
		console.log(`${which}: ${stdout.trim()}`);
		expect(server.sent.annotationBytes).toBeGreaterThan(200_000_000);
		expect(result).toMatchObject({ frames: frames / step, figures: (frames / step) * figures, misplaced: 0 });
		expect(result.enqueued).toBe(result.chunks);
		expect(result.peakMiB).toBeLessThan(settings.fanOut.memoryMiB / 2);
		// What a decoder reads.
		expect(result.largestChunk).toBeLessThan(2_000_000);
	} finally {
		server.close();
	}
});
