import { join } from 'node:path';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import type { Clip } from './clips.ts';
import { type EnvironmentName, environment } from './environments.ts';
import type { Contestant, Sample } from './measure/in-turn.ts';
import { type Command, lastObject, runMeasured } from './measure/run-measured.ts';
import { command, filesIn, inFolder, peers } from './paths.ts';

type About = { name: string; command: string; isOwn?: boolean };
export type Ending = 'png' | 'jpg';

/** A contestant that writes one file a frame into a folder. Fewer files than frames are an error. */
export function fileWriter(about: About, frames: number, commandFor: (folder: string) => Command): Contestant {
	return {
		...about,
		run: () =>
			inFolder(async folder => {
				const { stdout, ...usage } = await runMeasured(commandFor(folder));
				const { count, bytes } = filesIn(folder);
				if (count !== frames) throw new Error(`${count} files instead of ${frames}`);
				return { ...sampleOf(usage, stdout), bytesWritten: bytes };
			}),
	};
}

/** What a process used, and the seconds that it says its work took. */
export function sampleOf(usage: Sample, stdout: string): Sample {
	const { seconds } = lastObject(stdout);
	return { ...usage, ...(typeof seconds === 'number' ? { workMs: seconds * 1000 } : {}) };
}

/** A contestant in Python, which can't take part where its packages can't be had. */
export async function inPython(
	name: EnvironmentName,
	about: About,
	make: (python: string) => Contestant,
): Promise<Contestant> {
	const found = await environment(name);
	if ('python' in found) return make(found.python);
	return { ...about, unavailable: found.unavailable, run: () => Promise.reject(new Error(found.unavailable)) };
}

const readerNames = { opencv: 'OpenCV', pyav: 'PyAV', torchcodec: 'torchcodec' } as const;
export type Reader = keyof typeof readerNames;

/** OpenCV, PyAV or torchcodec, each with its own encoder. */
export function pythonReader(
	reader: Reader,
	{ path, frames }: { path: string; frames: number },
	ending: Ending,
	{ step = 1, indices }: { step?: number; indices?: number[] } = {},
): Promise<Contestant> {
	const about = { name: readerNames[reader], command: `test/bench/peers/read_frames.py ${reader}` };
	return inPython(reader === 'torchcodec' ? 'torch' : 'readers', about, python =>
		fileWriter(about, indices?.length ?? Math.ceil(frames / step), folder => ({
			program: python,
			args: [
				...[join(peers, 'read_frames.py'), reader, path, folder, ending, step],
				...(indices ? [indices.join(',')] : []),
			],
		})),
	);
}

/** The shipped ffmpeg, which writes the files itself. */
export function imageWriter({ path, frames }: Clip, ending: Ending): Contestant {
	const quality = ending === 'jpg' ? ['-q:v', '2'] : [];
	const about = {
		name: 'ffmpeg -f image2',
		command: ['ffmpeg -i CLIP -vsync 0', ...quality, `-f image2 frame_%06d.${ending}`].join(' '),
	};
	return fileWriter(about, frames, folder => ({
		program: ffmpeg.path,
		args: [
			...['-nostdin', '-loglevel', 'error', '-i', path, '-map', '0:v:0', '-vsync', '0', ...quality],
			...['-f', 'image2', join(folder, `frame_%06d.${ending}`)],
		],
	}));
}

/** `framefan frames` on a file. */
export function framesCommand({ path, frames }: Clip, ending: Ending, more: string[] = [], step = 1): Contestant {
	const options = [...(ending === 'png' ? [] : ['--format', ending]), ...(step > 1 ? ['--step', step] : []), ...more];
	const about = {
		name: ['framefan frames', ...more].join(' '),
		command: ['framefan frames CLIP --out DIR', ...options].join(' '),
		isOwn: true,
	};
	return fileWriter(about, Math.ceil(frames / step), folder => ({
		program: process.execPath,
		args: [command, 'frames', path, '--out', folder, ...options],
	}));
}
