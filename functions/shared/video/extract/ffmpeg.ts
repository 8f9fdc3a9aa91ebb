import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TimeBase } from '../index/video-index.ts';
import { readMessages } from './messages.ts';
import { type Picture, readPictures } from './ppm.ts';

/**
 * What is decoded: bytes that come through a pipe, or an address on loopback. The demuxer is always named, so that no
 * input can make ffmpeg open something else. `openGroup`: it begins with pictures that are shown before its first key.
 */
export type DecoderInput = { demuxer: string; options?: string[]; openGroup?: boolean } & (
	| { bytes: AsyncIterable<Uint8Array> }
	| { url: string }
);

/** `troubled`: the decoder has complained before it showed this picture, so it may not be what was recorded. */
export type DecodedPicture = Picture & { pts: number; troubled: boolean };

export type DecoderEnd = { complaint: string; troubled: boolean };

type Run = { ffmpegPath: string; signal: AbortSignal; input: DecoderInput };

/** The first video stream that is no attached picture. */
const pictureStream = '0:V:0';

/** Beginning of a graph: a chain without flags would scale bilinearly where colours are converted. */
const quality = 'sws_flags=bicubic;';

/**
 * Decodes an input in a process of its own and gives the pictures that a filter lets through, in the order of the
 * decoder, with their presentation times in ticks of the stream. Pixels are kept as stored, colours are RGB, 8 bit.
 *
 * Each picture goes out as a PPM file, which says its own size; its time is told by the `showinfo` filter, before.
 *
 * @param run.filter selection by the `select` filter, such as `eq(pts,512)`
 * @param run.upright filters that put the picture upright; undefined leaves that to ffmpeg
 * @returns after the last picture, what ffmpeg complained about last, and whether that means trouble
 */
export const decodePictures = async function* (
	run: Run & { filter: string; upright?: string[] | undefined },
): AsyncGenerator<DecodedPicture, DecoderEnd> {
	const filters = [`select='${run.filter}'`, 'showinfo', ...(run.upright ?? [])].join(',');
	const { child, messages, ended, close } = start(run, run.upright ? ['-noautorotate'] : [], [
		...['-filter_complex', `${quality}[${pictureStream}]${filters}[picture]`],
		...['-map', '[picture]', '-vsync', '0', '-c:v', 'ppm', '-pix_fmt', 'rgb24', '-f', 'image2pipe', 'pipe:1'],
	]);
	try {
		for await (const picture of readPictures(child.stdout as Readable)) {
			const shown = await messages.nextPicture();
			if (!shown) break;
			yield { ...picture, ...shown };
		}
		await ended();
		return { complaint: messages.lastComplaint(), troubled: messages.troubled() };
	} finally {
		close();
	}
};

export type PictureList = {
	times: number[];
	timeBase: TimeBase | undefined;
	codec: string | undefined;
	complaint: string;
};

/** Decodes everything and gives the presentation times of all pictures, in the order of the decoder. */
export const listPictures = async (run: Run): Promise<PictureList> => {
	const smallest = "crop='min(2,iw)':'min(2,ih)':0:0";
	const graph = `${quality}[${pictureStream}]${smallest},showinfo[picture]`;
	const output = ['-filter_complex', graph, '-map', '[picture]', '-vsync', '0', '-f', 'null', '-'];
	const { messages, ended, close } = start(run, [], output);
	const times: number[] = [];
	try {
		for (let shown = await messages.nextPicture(); shown; shown = await messages.nextPicture()) times.push(shown.pts);
		await ended();
		return { times, timeBase: messages.timeBase(), codec: messages.codec(), complaint: messages.lastComplaint() };
	} finally {
		close();
	}
};

const start = (run: Run, inputOptions: string[], output: string[]) => {
	const { input } = run;
	const isPipe = 'bytes' in input;
	const child = spawn(
		run.ffmpegPath,
		[
			...['-hide_banner', '-nostdin', '-nostats', '-loglevel', 'level+info'],
			...['-protocol_whitelist', isPipe ? 'pipe' : 'http,tcp', '-copyts', ...inputOptions],
			// The decoder of Theora, which comes in Ogg, gives other pixels from run to run when it has several threads.
			...(input.demuxer === 'ogg' ? ['-threads', '1'] : []),
			...['-f', input.demuxer, ...(input.options ?? []), '-i', isPipe ? 'pipe:0' : input.url],
			...output,
		],
		{ stdio: ['pipe', 'pipe', 'pipe'], env: { PATH: process.env.PATH } },
	) as ChildProcess & { stdin: NonNullable<ChildProcess['stdin']>; stdout: Readable; stderr: Readable };
	const stop = () => child.kill('SIGKILL');
	run.signal.addEventListener('abort', stop, { once: true });

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
		messages: readMessages(child.stderr, input.openGroup ?? false),
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
