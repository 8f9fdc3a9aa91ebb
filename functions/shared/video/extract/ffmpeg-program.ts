import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { SamplingFailure, TransientError } from '../../errors.ts';
import { yuv420ToRgb } from '../picture/png/encode-png.ts';
import { decodeArguments, type InputArguments } from './ffmpeg-arguments.ts';
import type { PixelFormat } from './picture.ts';

/** A tested ffmpeg, with what differs between the versions since 4.1. */
export type FfmpegProgram = {
	path: string;
	/** The options that output every picture once, whatever its time is. */
	everyPictureOnce: string[];
	/** Whether decoder and filters may run at the same time, as they do since 7.0. */
	decodesAhead: boolean;
	/** Whether it converts planes to the same RGB as `yuv420ToRgb` does; depends on its version and the processor. */
	convertsAlike: boolean;
};

type Spelling = Pick<FfmpegProgram, 'path' | 'everyPictureOnce'>;

/** Time limit of the test; long, for a machine under load. */
const trialMs = 60_000;

/** Spellings of one option in the order of trial: that since ffmpeg 5.1, and the one before (removed in 9.0). */
const spellings = [
	['-fps_mode', 'passthrough'],
	['-vsync', '0'],
];

const tried = new Map<string, Promise<FfmpegProgram>>();

/**
 * Tests an ffmpeg once per process, by decoding two pictures with the options of every decode.
 * @throws SamplingFailure that names the program and the problem, when it can't be run or doesn't know an option
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
		const decodesAhead = everyPictureOnce === spellings[0];
		const { picture, log, signal } = await decodeOnePixel(program);
		if (picture.equals(onePixel)) return { ...program, decodesAhead, convertsAlike: await convertsAlike(program) };
		if (signal) throw new TransientError(`${path} was killed by ${signal} in its test run`, null);
		problem = problemIn(log) ?? problem;
	}
	throw new SamplingFailure(
		`${path} can't be used: ${problem || 'it decodes no pictures'}. Set FFMPEG_PATH to an ffmpeg of version 4.1 or later`,
	);
}

const onePixel = Buffer.from('P6\n1 1\n255\n\x07\x07\x07', 'latin1');

function decodeOnePixel(program: Spelling) {
	const filters =
		"select=1,split[told][kept];[told]crop='min(16,iw)':'min(16,ih)':0:0:exact=1,sidedata=delete,showinfo@trial,nullsink;[kept]setpts=N,format=rgb24";
	return decodeRaw(program, ['gray', '1x1', 'pc'], filters, Buffer.from([7]));
}

/** Sides of the test picture: no multiples of the pixels that are converted at once. */
const [trialWidth, trialHeight] = [90, 70];

/** Compares ffmpeg's conversion with that of `yuv420ToRgb`, once untagged and once as BT.709. */
async function convertsAlike(program: Spelling): Promise<boolean> {
	const planes = Buffer.alloc((trialWidth * trialHeight * 3) / 2);
	for (let n = 0; n < planes.length; n++) planes[n] = Math.imul(n + 1, 0x9e3779b1) >>> 24;
	const filters =
		'split[first][second];[first]format=rgb24[untold];[second]setparams=colorspace=bt709,format=rgb24[told];[untold][told]vstack';
	const format = ['yuv420p', `${trialWidth}x${trialHeight}`, 'tv'];
	const { picture } = await decodeRaw(program, format, filters, planes);
	const [untold, told] = (['yuv420p-bt601', 'yuv420p-bt709'] satisfies PixelFormat[]).map(
		pixels => yuv420ToRgb({ width: trialWidth, height: trialHeight, pixels, bytes: planes }).data,
	);
	const header = Buffer.from(`P6\n${trialWidth} ${2 * trialHeight}\n255\n`, 'latin1');
	return picture.equals(Buffer.concat([header, untold as Buffer, told as Buffer]));
}

/** @param format pixel format, size and range of the bytes */
async function decodeRaw(program: Spelling, format: string[], filters: string, bytes: Buffer) {
	const [pixelFormat = '', size = '', range = ''] = format;
	const input: InputArguments = {
		demuxer: 'rawvideo',
		options: ['-pixel_format', pixelFormat, '-video_size', size, '-color_range', range],
		stream: 'V:0',
		from: 'pipe:0',
	};
	const output = ['-c:v', 'ppm', '-pix_fmt', 'rgb24', '-f', 'image2pipe', 'pipe:1'];
	const args = decodeArguments(program, { input, name: 'trial', filters, output });
	const child = spawn(program.path, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH ?? '' } });
	const pieces: Buffer[] = [];
	let log = '';
	child.stdout.on('data', (piece: Buffer) => pieces.push(piece));
	child.stderr.on('data', (piece: Buffer) => {
		log = (log + piece.toString('utf8')).slice(-20_000);
	});
	const timer = setTimeout(() => child.kill('SIGKILL'), trialMs);
	child.stdin.on('error', () => {});
	child.stdin.end(bytes);
	try {
		const [, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
		return { picture: Buffer.concat(pieces), log, signal };
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		throw new SamplingFailure(
			`${program.path} can't be run (${code}). Set FFMPEG_PATH to an ffmpeg of version 4.1 or later`,
		);
	} finally {
		clearTimeout(timer);
	}
}

/** The line of the log with the unknown option or filter, without its level. */
function problemIn(log: string): string | undefined {
	const lines = log.split('\n').map(line => line.replace(/\[(\w+)(#\S*)?( @ 0x[0-9a-f]+)?\] /g, '').trim());
	const found = lines.find(line => /Unrecognized option|Option .* not found|Unknown|No such filter/.test(line));
	return (found ?? lines.findLast(line => line !== ''))?.slice(0, 200);
}
