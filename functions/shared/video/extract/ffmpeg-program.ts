import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SamplingFailure, TryLater } from '../../errors.ts';
import { decodeArguments } from './ffmpeg-arguments.ts';

/** An ffmpeg that has been tried: what differs between the versions from 4.1 on. */
export type FfmpegProgram = {
	path: string;
	/** The options that give out every picture once, whatever its time is. */
	everyPictureOnce: string[];
};

/** One picture takes a moment; a machine may be busy. */
const trialMs = 60_000;

/** In the order in which they are tried: since 5.1, and before (gone since 9.0). */
const spellings = [
	['-fps_mode', 'passthrough'],
	['-vsync', '0'],
];

const tried = new Map<string, Promise<FfmpegProgram>>();

/**
 * Tries an ffmpeg once a process, by decoding one picture with the options that every decode uses.
 * @throws SamplingFailure that names the program and what is wrong, when it can't be run or doesn't know an option
 */
export function ffmpegProgram(path: string): Promise<FfmpegProgram> {
	const known = tried.get(path);
	if (known) return known;
	const trial = tryProgram(path);
	tried.set(path, trial);
	trial.catch(() => tried.delete(path));
	return trial;
}

async function tryProgram(path: string): Promise<FfmpegProgram> {
	let problem = '';
	for (const everyPictureOnce of spellings) {
		const program = { path, everyPictureOnce };
		const { picture, log, signal } = await decodeOnePixel(program);
		if (picture.equals(onePixel)) return program;
		if (signal) throw new TryLater(`${path} was ended by ${signal} when it was tried`, null);
		problem = problemIn(log) ?? problem;
	}
	throw new SamplingFailure(
		`${path} can't be used: ${problem || 'it decodes no picture'}. Name an ffmpeg of version 4.1 or later in FFMPEG_PATH`,
	);
}

const onePixel = Buffer.from('P6\n1 1\n255\n\x07\x07\x07', 'latin1');

async function decodeOnePixel(program: FfmpegProgram) {
	const args = decodeArguments(program, {
		input: {
			demuxer: 'rawvideo',
			options: ['-pixel_format', 'gray', '-video_size', '1x1', '-color_range', 'pc'],
			stream: 'V:0',
			from: 'pipe:0',
		},
		name: 'trial',
		filters:
			"select=1,split[told][kept];[told]crop='min(16,iw)':'min(16,ih)':0:0:exact=1,showinfo@trial,nullsink;[kept]setpts=N,format=rgb24",
		output: ['-c:v', 'ppm', '-pix_fmt', 'rgb24', '-f', 'image2pipe', 'pipe:1'],
	});
	const child = spawn(program.path, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH ?? '' } });
	const pieces: Buffer[] = [];
	let log = '';
	child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
	child.stderr.on('data', (piece: Buffer) => {
		log = (log + piece.toString('utf8')).slice(-20_000);
	});
	const timer = setTimeout(() => child.kill('SIGKILL'), trialMs);
	child.stdin.on('error', () => {});
	child.stdin.end(Buffer.from([7]));
	try {
		const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
		return { picture: Buffer.concat(pieces), log, signal };
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw new SamplingFailure(
			`${program.path} can't be run (${code}). Name an ffmpeg of version 4.1 or later in FFMPEG_PATH`,
		);
	} finally {
		clearTimeout(timer);
	}
}

/** The line of the log that says what the program doesn't know, without its level. */
function problemIn(log: string): string | undefined {
	const lines = log.split('\n').map(line => line.replace(/\[(\w+)(#\S*)?( @ 0x[0-9a-f]+)?\] /g, '').trim());
	const found = lines.find(line => /Unrecognized option|Option .* not found|Unknown|No such filter/.test(line));
	return (found ?? lines.findLast(line => line !== ''))?.slice(0, 200);
}
