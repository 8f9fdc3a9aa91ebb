import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg';
import { expect, test } from 'vitest';
import { countFrames, parseProbe, probeVideo } from '#demo/server/video-probe.ts';
import { temporaryFolder } from '#test/supervisely-server.ts';
import { writeTinyVideo } from '#test/tiny-video-project.ts';

test('a rotated video has the size that it is displayed with', async () => {
	const folder = await temporaryFolder();
	const [plain, rotated] = [join(folder, 'a.mp4'), join(folder, 'b.mp4')];
	await writeTinyVideo(plain);
	const rotate = ['-loglevel', 'error', '-i', plain, '-c', 'copy', '-metadata:s:v', 'rotate=90', rotated];
	execFileSync(ffmpegInstaller.path, rotate);
	expect(await probeVideo(plain)).toMatchObject({
		width: 160,
		height: 120,
		rotation: 0,
		codecName: 'h264',
		duration: 3,
	});
	expect(await probeVideo(rotated)).toMatchObject({ width: 120, height: 160, rotation: 270 });
	expect(await countFrames(rotated, 10_000)).toBe(30);
});

test('a file that is no video is nothing', async () => {
	const file = join(await temporaryFolder(), 'no.mp4');
	await writeFile(file, 'no');
	expect(await probeVideo(file)).toBeNull();
	expect(await countFrames(file, 10_000)).toBeNull();
});

test('an attached picture is not the video', () => {
	const facts = parseProbe(`Input #0, matroska,webm, from 'x':
  Duration: 01:02:03.50, start: 0.040000, bitrate: 25 kb/s
    Stream #0:0: Video: png, rgb24(pc), 32x32 [SAR 1:1 DAR 1:1], 90k tbr, 90k tbn, 90k tbc (attached pic)
    Stream #0:1(und): Audio: aac (LC) (mp4a / 0x6134706D), 48000 Hz, stereo, fltp, 128 kb/s
    Stream #0:2(und): Video: hevc (Main) (hev1 / 0x31766568), yuv420p(tv, bt709), 1920x1080 [SAR 1:1 DAR 16:9], 24 fps
`);
	expect(facts).toEqual({
		...{ index: 2, width: 1920, height: 1080, duration: 3723.5, startTime: 0.04 },
		...{ codecName: 'hevc', rotation: 0, formatName: 'matroska,webm' },
	});
});
