import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TimeBase } from '../index/video-index.ts';
import { type Picture, readPictures } from './ppm.ts';

/** Bytes of ffmpeg's complaints that are kept, from the end. */
const keptComplaints = 4000;

/**
 * What is decoded: bytes that come through a pipe, or an address on loopback. The demuxer is always named, so that no
 * input can make ffmpeg open something else.
 */
export type DecoderInput = { demuxer: string; options?: string[] } & (
	| { bytes: AsyncIterable<Uint8Array> }
	| { url: string }
);
export type DecodedPicture = Picture & { pts: number };

type Run = { ffmpegPath: string; signal: AbortSignal; input: DecoderInput; timeBase: TimeBase };

/** The first video stream that is no attached picture. */
const pictureStream = '0:V:0';

/** The cut-out whose checksums carry the times. */
const smallest = "crop='min(2,iw)':'min(2,ih)':0:0";

const timesOutput = ({ num, den }: TimeBase, map: string): string[] => [
	...['-map', map, '-vsync', '0', '-enc_time_base', `${num}/${den}`],
	...['-c:v', 'rawvideo', '-flush_packets', '1', '-f', 'framecrc', 'pipe:3'],
];

/**
 * Decodes an input in a process of its own and gives the pictures that a filter lets through, in the order of the
 * decoder, with their presentation times. Rotation is applied, pixels are kept as stored, colours are RGB.
 *
 * Each picture goes out as a PPM file, which says its own size; its time goes out beside it, as a line of checksums of a
 * cut-out of four pixels (`-f framecrc`).
 *
 * @param run.filter selection by the `select` filter, such as `eq(pts,512)`
 * @returns after the last picture, what ffmpeg complained about
 */
export const decodePictures = async function* (run: Run & { filter: string }): AsyncGenerator<DecodedPicture, string> {
	const graph = `[${pictureStream}]select='${run.filter}',split[picture][t];[t]${smallest}[time]`;
	const { child, complaints, ended, close } = start(run, 'error', [
		...['-filter_complex', graph],
		// Times first: ffmpeg serves its outputs in order, so a picture's time is written before the picture is waited for.
		...timesOutput(run.timeBase, '[time]'),
		...['-map', '[picture]', '-vsync', '0', '-c:v', 'ppm', '-pix_fmt', 'rgb24', '-f', 'image2pipe', 'pipe:1'],
	]);
	const times = readTimes(child.stdio[3] as Readable);
	try {
		for await (const picture of readPictures(child.stdout as Readable)) {
			const { value: pts, done } = await times.next();
			if (done) break;
			yield { ...picture, pts };
		}
		await ended();
		return complaints();
	} finally {
		close();
	}
};

/** Decodes everything and gives the presentation times of all pictures, in the order of the decoder. */
export const listPictures = async (
	run: Run,
): Promise<{ times: number[]; complaints: string; codec: string | undefined }> => {
	const output = ['-filter_complex', `[${pictureStream}]${smallest}[time]`, ...timesOutput(run.timeBase, '[time]')];
	const { child, complaints, ended, close } = start(run, 'info', output);
	let head = '';
	child.stderr?.on('data', (text: Buffer) => {
		if (head.length < 20_000) head += text.toString('utf8');
	});
	const times: number[] = [];
	try {
		for await (const time of readTimes(child.stdio[3] as Readable)) times.push(time);
		await ended();
		const codec = /Stream #0:\d+.*: Video: (\w+)/.exec(head)?.[1];
		return { times, complaints: times.length === 0 ? `${head}\n${complaints()}` : complaints(), codec };
	} finally {
		close();
	}
};

const start = (run: Run, level: string, output: string[]) => {
	const { input } = run;
	const isPipe = 'bytes' in input;
	const child = spawn(
		run.ffmpegPath,
		[
			...['-hide_banner', '-nostdin', '-nostats', '-loglevel', level],
			...['-protocol_whitelist', isPipe ? 'pipe' : 'http,tcp', '-copyts'],
			...['-f', input.demuxer, ...(input.options ?? []), '-i', isPipe ? 'pipe:0' : input.url],
			...output,
		],
		{ stdio: ['pipe', 'pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH } },
	) as ChildProcess & { stdin: NonNullable<ChildProcess['stdin']>; stdout: Readable; stderr: Readable };
	const stop = () => child.kill('SIGKILL');
	run.signal.addEventListener('abort', stop, { once: true });

	let complaints = '';
	child.stderr.on('data', (text: Buffer) => {
		complaints = (complaints + text.toString('utf8')).slice(-keptComplaints);
	});
	const closed = new Promise<void>((resolve, reject) => {
		child.once('error', error => {
			reject(error);
			child.stdout.destroy(error);
		});
		child.once('close', () => resolve());
	});
	closed.catch(() => {});
	child.stdin.on('error', () => {});
	let feedError: unknown;
	// ffmpeg may stop reading before the end, when it has what it needs or gives up: its pictures tell.
	const fed = !isPipe
		? Promise.resolve(child.stdin.end())
		: pipeline(input.bytes, child.stdin).catch(error => {
				const { code } = error as NodeJS.ErrnoException;
				if (code === 'EPIPE' || code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET') return;
				feedError = error;
				stop();
			});
	return {
		child,
		// Without addresses of memory and of the loopback door: they mean nothing to a reader.
		complaints: () =>
			complaints.replace(/ @ 0x[0-9a-f]+/g, '').replace(/http:\/\/127\.0\.0\.1:\d+\/[0-9a-f]+/g, 'the file'),
		/** Waits for the end; throws what kept the input from coming. */
		ended: async () => {
			await closed;
			await fed;
			run.signal.throwIfAborted();
			if (feedError) throw feedError;
		},
		close: () => {
			run.signal.removeEventListener('abort', stop);
			stop();
		},
	};
};

/** Presentation times of a `framecrc` stream, as they come. */
const readTimes = async function* (stream: Readable): AsyncGenerator<number, undefined> {
	let rest = '';
	for await (const piece of stream as AsyncIterable<Buffer>) {
		const lines = (rest + piece.toString('latin1')).split('\n');
		rest = lines.pop() ?? '';
		for (const line of lines) if (line && !line.startsWith('#')) yield Number(line.split(',')[2]);
	}
	return undefined;
};
