import { join } from 'node:path';
import { type Clip, type Codec, filmClip, generatedClip, type SizeName } from '../clips.ts';
import {
	type Ending,
	fileWriter,
	framesCommand,
	imageWriter,
	inPython,
	pythonReader,
	type Reader,
} from '../contestants.ts';
import { bestOf, rowOf, timesLess, valuesOf, workOf } from '../measure/compare.ts';
import { type Contestant, inTurn } from '../measure/in-turn.ts';
import { inFolder, peers } from '../paths.ts';
import { writeBenchProject } from '../project.ts';
import type { Effort, Goal, Heat, Outcome, Race } from '../race.ts';
import { type BenchServer, startBenchServer } from '../server.ts';

const library = 'library streamVideoFramesToDir';
/** With the chroma subsampling that all peers have. */
const library420 = `${library}, chroma 420`;
const all: Reader[] = ['opencv', 'pyav', 'torchcodec'];

/** Frames of a clip to files in one format, by everyone who can do it. */
export const pngFiles = fileRace('png', {
	id: 'png-files',
	title: 'Frames to PNG files',
	goal: { text: 'no more than a third of the time of the best peer', least: 3 },
});

export const jpegFiles = fileRace('jpg', {
	id: 'jpeg-files',
	title: 'Frames to JPEG files of quality 95',
	goal: { text: 'less time than the best peer', least: 1.2 },
});

type About = { id: string; title: string; goal: { text: string; least: number } };

function fileRace(ending: Ending, { id, title, goal }: About): Race {
	return {
		id,
		title,
		about: [
			'Every frame of a clip to a file each, in memory. Time is that of the work, without the start of an interpreter',
			'and its imports, where a contestant tells it; ratios are of that time. `framefan frames` and ffmpeg are whole',
			`processes.${ending === 'jpg' ? ' Peers keep one colour for four pixels, as `chroma: 420` does, which the goal compares; without it Framefan keeps all of them.' : ''}`,
		].join(' '),
		inQuick: ending === 'png',
		environments: ['readers', 'torch', 'sdk'],
		run: effort => run(id, ending, goal, effort),
	};
}

async function run(id: string, ending: Ending, goal: About['goal'], { rounds, quick }: Effort): Promise<Outcome> {
	const heats: Heat[] = [];
	const goals: Goal[] = [];
	const heat = async (clip: Clip, readers: Reader[], withSdk: boolean) => {
		console.log(`${clip.name}, ${clip.frames} frames`);
		const rows = await serving(clip, async server =>
			inTurn(await contestants(clip, ending, readers, withSdk ? server : undefined, server), rounds, {
				slowLeave: true,
			}),
		);
		const { frames, origin } = clip;
		heats.push({ name: `${clip.name}, ${frames} frames`, frames, origin, rows });
		const peer = bestOf(
			rows.filter(row => !row.isOwn),
			workOf,
		);
		const own = rowOf(rows, ending === 'jpg' ? library420 : library);
		const name = `${clip.name}: ${goal.text}${peer ? ` (${peer.name})` : ''}`;
		goals.push(timesLess({ id: `${id} ${clip.name}`, text: name, least: goal.least }, workOf(peer), workOf(own)));
		if (ending === 'png') {
			const text = `${clip.name}: bytes of the files, against OpenCV's`;
			const [bytes, others] = [valuesOf(own, 'bytesWritten'), valuesOf(rowOf(rows, 'OpenCV'), 'bytesWritten')];
			goals.push(timesLess({ id: `${id} ${clip.name} bytes`, text, most: 1 }, bytes, others));
		}
	};
	if (quick) {
		await heat(await generatedClip('720p', 'H.264', 30), ['opencv', 'pyav'], true);
		return { heats, goals };
	}
	for (const size of ['720p', '1080p'] as const)
		await heat(await generatedClip(size, 'H.264', framesOf(size)), all, true);
	const notes: string[] = [];
	const film = await filmClip();
	if ('path' in film) await heat(film, ['opencv', 'pyav'], true);
	else notes.push(`No real clip: ${film.unavailable}.`);
	for (const codec of ['HEVC', 'VP9', 'AV1'] as const) {
		for (const size of ['720p', '1080p'] as const) {
			const clip = await generated(size, codec);
			if ('path' in clip) await heat(clip, ['opencv'], false);
			else notes.push(clip.unavailable);
		}
	}
	return { heats, goals, notes };
}

const framesOf = (size: SizeName): number => (size === '720p' ? 150 : 60);

async function generated(size: SizeName, codec: Codec): Promise<Clip | { unavailable: string }> {
	try {
		return await generatedClip(size, codec, 100);
	} catch (error) {
		return { unavailable: `No ${size} ${codec}: ${(error as Error).message.split('\n')[0]}.` };
	}
}

async function contestants(
	clip: Clip,
	ending: Ending,
	readers: Reader[],
	sdkServer: BenchServer | undefined,
	server: BenchServer,
): Promise<Contestant[]> {
	const video = await server.video();
	const streaming = { name: 'SDK stream_video_frames_to_dir', command: 'test/bench/peers/stream_to_dir.py' };
	const arguments_ = (folder: string) => [server.address, server.token, video, folder, ending];
	const ownWriter = (name: string, ...more: string[]) =>
		fileWriter({ name, command: 'test/bench/peers/stream-to-dir.mjs', isOwn: true }, clip.frames, folder => ({
			program: process.execPath,
			args: [join(peers, 'stream-to-dir.mjs'), ...arguments_(folder), ...more],
		}));
	return [
		...(await Promise.all(readers.map(reader => pythonReader(reader, clip, ending)))),
		...(sdkServer
			? [
					await inPython('sdk', streaming, python =>
						fileWriter(streaming, clip.frames, folder => ({
							program: python,
							args: [join(peers, 'stream_to_dir.py'), ...arguments_(folder)],
						})),
					),
				]
			: []),
		imageWriter(clip, ending),
		framesCommand(clip, ending),
		...(ending === 'jpg' ? [framesCommand(clip, ending, ['--chroma', '420'])] : []),
		ownWriter(library),
		...(ending === 'jpg' ? [ownWriter(library420, '420')] : []),
	];
}

/** Gives work a server that has the clip, without labels. */
export function serving<Result>(clip: Clip, work: (server: BenchServer) => Promise<Result>): Promise<Result> {
	return inFolder(async folder => {
		await writeBenchProject(join(folder, 'project'), clip, []);
		const server = await startBenchServer(join(folder, 'server'), join(folder, 'project'));
		try {
			return await work(server);
		} finally {
			await server.close();
		}
	});
}
