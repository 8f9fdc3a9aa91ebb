import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { makeRandom } from '../chaos/random.ts';

export const sceneVideo = { width: 160, height: 120, rate: 10, framesPerScene: 12, scenes: 5 };

/** Frames that are sharp: the others of a second are blurred. */
export function isSharp(frame: number): boolean {
	return frame % 5 === 2;
}

/** The scene that shows a frame: the fourth shows what the third does, so it is no new one; the last is dark. */
export function sceneOf(frame: number): number {
	const scene = Math.floor(frame / sceneVideo.framesPerScene);
	return scene === 3 ? 2 : scene;
}

/** Gray values of blocks of 10 x 10 pixels, which a blur makes into slopes. */
const level = (scene: number, column: number, row: number): number => {
	const random = makeRandom(1 + scene * 1000 + column * 31 + row);
	random.next();
	return scene === 4 ? 6 * random.next() : 40 + 180 * random.next();
};

const picture = (frame: number): Buffer => {
	const { width, height } = sceneVideo;
	const [scene, bytes] = [sceneOf(frame), Buffer.alloc(width * height * 3)];
	const random = makeRandom(frame + 1);
	for (let y = 0, at = 0; y < height; y++)
		for (let x = 0; x < width; x++) {
			const [column, row] = [Math.floor(x / 10), Math.floor(y / 10)];
			let value = level(scene, column, row);
			if (!isSharp(frame)) value = (value + level(scene, column + 1, row) * (x % 10) * 0.1) / (1 + (x % 10) * 0.1);
			value += 2 * random.next();
			// Scenes differ in their hue as well.
			for (let colour = 0; colour < 3; colour++)
				bytes[at++] = Math.round(value * (scene < 4 && (scene + colour) % 3 === 0 ? 0.4 : 1));
		}
	return bytes;
};

/** Writes a project with one video of scenes, sharp and blurred frames, in Supervisely's format. */
export async function writeSceneProject(folder: string, annotation?: object): Promise<void> {
	const { width, height, rate, framesPerScene, scenes } = sceneVideo;
	const dataset = join(folder, 'scenes');
	await mkdir(join(dataset, 'video'), { recursive: true });
	await mkdir(join(dataset, 'ann'), { recursive: true });
	const raw = join(folder, 'frames.rgb');
	const frames = Array.from({ length: framesPerScene * scenes }, (_, frame) => picture(frame));
	await writeFile(raw, Buffer.concat(frames));
	const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', String(rate), '-i', raw];
	const h264 = ['-c:v', 'libx264', '-crf', '12', '-pix_fmt', 'yuv420p', '-bf', '2', '-g', '9', '-sc_threshold', '0'];
	await promisify(execFile)(ffmpeg.path, ['-v', 'error', ...input, ...h264, join(dataset, 'video', 'scenes.mp4')]);
	await rm(raw);
	const classes = [{ title: 'thing', shape: 'rectangle', color: '#FF0000', geometry_config: {}, hotkey: '' }];
	await writeFile(join(folder, 'meta.json'), JSON.stringify({ classes, tags: [], projectType: 'videos' }));
	const empty = { size: { width, height }, description: '', tags: [], objects: [], frames: [] };
	const whole = { ...empty, framesCount: frames.length, ...annotation };
	await writeFile(join(dataset, 'ann', 'scenes.mp4.json'), JSON.stringify(whole));
}
