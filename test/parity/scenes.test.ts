import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { beforeAll, expect, test } from 'vitest';
import { indexVideo } from '#shared/video/index/index-video.ts';
import { findScenes } from '#shared/video/scenes.ts';
import { openFile } from '#shared/video/source/file-source.ts';
import { pythonEnvironment } from '#test/python.ts';
import { writeSceneProject } from '#test/scene-video.ts';
import { temporaryFolder } from '#test/supervisely-server.ts';
import { realClip } from './frame-readers.ts';

const run = promisify(execFile);
let environment: Awaited<ReturnType<typeof pythonEnvironment>>;

beforeAll(async () => {
	environment = await pythonEnvironment('scenes', ['scenedetect==0.6.7.1', 'opencv-python-headless==4.11.0.86']);
	if ('unavailable' in environment) console.warn(`NOT RUN: scenes beside PySceneDetect: ${environment.unavailable}`);
});

const ours = async (file: string): Promise<number[]> => {
	const source = await openFile(file);
	try {
		const options = { ffmpegPath: ffmpeg.path, signal: new AbortController().signal };
		const index = await indexVideo(source, options);
		return await findScenes(source, index, { start: 0, end: index.shown.length }, options);
	} finally {
		await source.close();
	}
};

/** @param threshold PySceneDetect's own is 27 */
const theirs = async (file: string, threshold = 27): Promise<number[]> => {
	if ('unavailable' in environment) throw new Error(environment.unavailable);
	const script = join(import.meta.dirname, 'python', 'find_scenes.py');
	const { stdout } = await run(environment.python, [script, file, String(threshold)]);
	return JSON.parse(stdout.trim().split('\n').at(-1) as string);
};

/** A film of shots of other looks, some of them too short for a scene, with a flash of two frames and a slow fade. */
const shots = [
	['testsrc2', 40],
	['mandelbrot', 60],
	['smptehdbars', 33],
	['rgbtestsrc', 9],
	['testsrc', 50],
	['color=c=white', 2],
	['testsrc', 48],
	['smptebars', 70],
	['mandelbrot=start_scale=0.5', 45],
] as const;
/** Frames at which the picture changes at once. */
const cuts = shots.map((_, n) => shots.slice(0, n).reduce((sum, [, frames]) => sum + frames, 0));

const writeFilm = async (file: string): Promise<void> => {
	const inputs = shots.flatMap(([source, frames]) => {
		const size = `${source}${source.includes('=') ? ':' : '='}s=320x180:r=25`;
		return ['-f', 'lavfi', '-t', String(frames / 25), '-i', size];
	});
	const each = shots.map((_, n) => `[${n}:v]format=yuv420p,setsar=1[v${n}]`).join(';');
	const joined = `${each};${shots.map((_, n) => `[v${n}]`).join('')}concat=n=${shots.length},fade=out:318:60[out]`;
	const encoder = ['-c:v', 'libx264', '-crf', '18', '-g', '50', '-bf', '2', file];
	await run(ffmpeg.path, ['-v', 'error', ...inputs, '-filter_complex', joined, '-map', '[out]', ...encoder]);
};

test('every cut of a film, not a flash, not what is too short', async context => {
	if ('unavailable' in environment) return context.skip(`NOT RUN: ${environment.unavailable}`);
	const file = join(await temporaryFolder(), 'film.mp4');
	await writeFilm(file);
	const [own, other] = [await ours(file), await theirs(file)];
	expect(own).toEqual(other);
	expect(cuts).toEqual(expect.arrayContaining(own));
	expect(own.length).toBeGreaterThanOrEqual(6);
});

test('where all pixels flicker, mean colours stay: one scene here, many there', async context => {
	if ('unavailable' in environment) return context.skip(`NOT RUN: ${environment.unavailable}`);
	const file = join(await temporaryFolder(), 'flicker.mp4');
	const source = ['-f', 'lavfi', '-t', '3', '-i', 'cellauto=rule=110:s=320x180:r=25', '-pix_fmt', 'yuv420p'];
	await run(ffmpeg.path, ['-v', 'error', ...source, '-c:v', 'libx264', '-crf', '18', file]);
	expect(await ours(file)).toEqual([0]);
	expect((await theirs(file)).length).toBeGreaterThan(3);
});

test('the video of the scene tests', async context => {
	if ('unavailable' in environment) return context.skip(`NOT RUN: ${environment.unavailable}`);
	const folder = await temporaryFolder();
	await writeSceneProject(folder);
	const file = join(folder, 'scenes', 'video', 'scenes.mp4');
	expect(await ours(file)).toEqual(await theirs(file));
});

test('a camera that does not move: one scene', async context => {
	const clip = await realClip();
	const missing = [environment, clip].flatMap(each => ('unavailable' in each ? [each.unavailable] : []));
	if (missing.length > 0 || 'unavailable' in clip) return context.skip(`NOT RUN: ${missing.join(', ')}`);
	expect(await ours(clip.path)).toEqual([0]);
	expect(await theirs(clip.path)).toEqual([0]);
});
