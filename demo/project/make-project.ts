import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import type { Size } from '#shared/size.ts';
import { drawBackground, drawFrame } from './draw.ts';
import { projectMeta, videoAnnotation } from './labels.ts';
import { sceneAt } from './scene.ts';

/** A demo video. `size`: as it is displayed; `encoding`: options for ffmpeg. */
export type DemoVideo = { dataset: string; name: string; frames: number; size: Size; encoding: string[] };

const h264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '20', '-pix_fmt', 'yuv420p', '-bf', '3', '-g', '48'];

/** What the demo shows: reordered pictures, uneven times, a display matrix, another container and codec. */
export const demoVideos: DemoVideo[] = [
	{
		dataset: 'street',
		name: 'b-frames.mp4',
		frames: 360,
		size: { width: 1280, height: 720 },
		encoding: h264,
	},
	{
		dataset: 'street',
		name: 'variable-rate.mp4',
		frames: 400,
		size: { width: 640, height: 360 },
		// Distances of 2, 3 and 4 ticks, and a pause every 50 frames.
		encoding: [
			'-vf',
			"settb=1/90,setpts='N*3+mod(N*N,3)+40*floor(N/50)'",
			'-vsync',
			'vfr',
			'-enc_time_base',
			'1/90',
			...h264,
		],
	},
	{
		dataset: join('street', 'phone'),
		name: 'rotated.mp4',
		frames: 360,
		size: { width: 360, height: 640 },
		// Stored sideways, with a display matrix that rotates it upright.
		encoding: ['-vf', 'transpose=cclock', ...h264],
	},
	{
		dataset: 'harbour',
		name: 'vp9.webm',
		frames: 380,
		size: { width: 640, height: 360 },
		encoding: [
			'-c:v',
			'libvpx-vp9',
			'-deadline',
			'realtime',
			'-cpu-used',
			'8',
			'-row-mt',
			'1',
			'-b:v',
			'1M',
			'-g',
			'64',
			'-pix_fmt',
			'yuv420p',
		],
	},
];

/** Version of the generated content: changing it generates the project again. */
const version = 1;

/**
 * Generates the demo project in Supervisely's video project format, if it does not exist yet.
 * @returns its folder, inside `parent`
 */
export async function makeDemoProject(
	parent: string,
	onProgress: (video: DemoVideo) => void = () => {},
): Promise<string> {
	const folder = join(parent, `demo-project-${version}`);
	if (existsSync(folder)) return folder;
	const making = `${folder}-making`;
	rmSync(making, { recursive: true, force: true });
	mkdirSync(making, { recursive: true });
	writeFileSync(join(making, 'meta.json'), JSON.stringify(projectMeta, undefined, '\t'));
	for (const video of demoVideos) {
		onProgress(video);
		const [top, ...nested] = video.dataset.split(/[\\/]/) as [string, ...string[]];
		const dataset = join(making, top, ...nested.flatMap(name => ['datasets', name]));
		mkdirSync(join(dataset, 'video'), { recursive: true });
		mkdirSync(join(dataset, 'ann'), { recursive: true });
		await writeDemoVideo(video, join(dataset, 'video', video.name));
		const annotation = await videoAnnotation(`${video.dataset}/${video.name}`, video.frames, video.size);
		writeFileSync(join(dataset, 'ann', `${video.name}.json`), JSON.stringify(annotation));
	}
	renameSync(making, folder);
	return folder;
}

/** Generates the file of a demo video. */
export async function writeDemoVideo(video: DemoVideo, path: string): Promise<void> {
	const { width, height } = video.size;
	const input = ['-f', 'rawvideo', '-pix_fmt', 'rgb24', '-s', `${width}x${height}`, '-r', '30', '-i', 'pipe:0'];
	await run([...input, ...video.encoding, path], async write => {
		const background = drawBackground(video.size);
		for (let frame = 0; frame < video.frames; frame++) {
			await write(drawFrame(background, video.size, sceneAt(frame, video.frames, video.size), frame));
		}
	});
	if (video.name.startsWith('rotated')) {
		renameSync(path, `${path}.flat.mp4`);
		await run(['-i', `${path}.flat.mp4`, '-c', 'copy', '-metadata:s:v:0', 'rotate=270', path], async () => {});
		rmSync(`${path}.flat.mp4`);
	}
}

const run = async (
	args: string[],
	writeInput: (write: (bytes: Buffer) => Promise<void>) => Promise<void>,
): Promise<void> => {
	const child = spawn(ffmpeg.path, ['-hide_banner', '-loglevel', 'error', '-y', ...args], {
		stdio: ['pipe', 'ignore', 'pipe'],
	});
	let errors = '';
	child.stderr.on('data', (text: Buffer) => {
		errors = (errors + text).slice(-2000);
	});
	const closed = once(child, 'close');
	// After a broken pipe, the exit code is reported below, with ffmpeg's message.
	child.stdin.on('error', () => {});
	await writeInput(async bytes => {
		if (!child.stdin.write(bytes)) await Promise.race([once(child.stdin, 'drain'), closed]);
	});
	child.stdin.end();
	const [code] = (await closed) as [number];
	if (code !== 0) throw new Error(`ffmpeg could not create a demo video: ${errors}`);
};
