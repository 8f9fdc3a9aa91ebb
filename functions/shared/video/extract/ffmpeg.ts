import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TimeBase } from '../index/video-index.ts';
import { type Picture, readPictures } from './ppm.ts';

/** Bytes of ffmpeg's complaints that are kept, from the end. */
const keptComplaints = 4000;

export type DecodedPicture = Picture & { pts: number };

/**
 * Decodes a stream of bytes in a process of its own and gives the pictures that a filter lets through, in the order of
 * the decoder, with their presentation times. Rotation is applied, pixels are kept as stored, colours are RGB.
 *
 * The input comes through a pipe and ffmpeg may open nothing else. Each picture goes out as a PPM file, which says its
 * own size; its time goes out beside it, as a line of checksums of a cut-out of four pixels (`-f framecrc`).
 *
 * @param input.demuxer ffmpeg's name of the container
 * @param input.filter selection by the `select` filter, such as `eq(pts,512)`
 * @returns after the last picture, what ffmpeg complained about
 */
export const decodePictures = async function* (input: {
	ffmpegPath: string;
	demuxer: string;
	bytes: AsyncIterable<Uint8Array>;
	timeBase: TimeBase;
	filter: string;
	signal: AbortSignal;
}): AsyncGenerator<DecodedPicture, string> {
	const { num, den } = input.timeBase;
	const encoding = ['-vsync', '0', '-enc_time_base', `${num}/${den}`];
	const graph = `[0:v:0]select='${input.filter}',split[picture][t];[t]crop='min(2,iw)':'min(2,ih)':0:0[time]`;
	const child = spawn(
		input.ffmpegPath,
		[
			...['-hide_banner', '-nostdin', '-loglevel', 'error', '-protocol_whitelist', 'pipe', '-copyts'],
			...['-f', input.demuxer, '-i', 'pipe:0', '-filter_complex', graph],
			// Times first: ffmpeg serves its outputs in order, so a picture's time is written before the picture is waited for.
			...['-map', '[time]', ...encoding, '-c:v', 'rawvideo', '-flush_packets', '1', '-f', 'framecrc', 'pipe:3'],
			...['-map', '[picture]', ...encoding, '-c:v', 'ppm', '-pix_fmt', 'rgb24', '-f', 'image2pipe', 'pipe:1'],
		],
		{ stdio: ['pipe', 'pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH } },
	) as ChildProcess & { stdin: NonNullable<ChildProcess['stdin']>; stdout: Readable; stderr: Readable };
	const stop = () => child.kill('SIGKILL');
	input.signal.addEventListener('abort', stop, { once: true });

	let complaints = '';
	child.stderr.on('data', (text: Buffer) => {
		complaints = (complaints + text.toString('utf8')).slice(-keptComplaints);
	});
	const ended = new Promise<void>((resolve, reject) => {
		child.once('error', error => {
			reject(error);
			child.stdout.destroy(error);
		});
		child.once('close', () => resolve());
	});
	ended.catch(() => {});
	// ffmpeg may stop reading before the end, when it has what it needs or gives up: its pictures tell.
	let feedError: unknown;
	const fed = pipeline(input.bytes, child.stdin).catch(error => {
		if ((error as NodeJS.ErrnoException).code === 'EPIPE' || child.exitCode !== null || child.signalCode !== null)
			return;
		feedError = error;
		stop();
	});
	const times = readTimes(child.stdio[3] as Readable);
	try {
		for await (const picture of readPictures(child.stdout)) {
			const { value: pts, done } = await times.next();
			if (done) break;
			yield { ...picture, pts };
		}
		await ended;
		await fed;
		input.signal.throwIfAborted();
		if (feedError) throw feedError;
		return complaints;
	} finally {
		input.signal.removeEventListener('abort', stop);
		stop();
	}
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
