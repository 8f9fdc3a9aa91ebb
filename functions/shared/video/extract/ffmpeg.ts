import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { TimeBase } from '../index/video-index.ts';
import { readMessages, type ShownPicture } from './messages.ts';
import { type Picture, readPictures } from './ppm.ts';

/**
 * What is decoded: bytes that come through a pipe, or an address on loopback. The demuxer is always named, so that no
 * input can make ffmpeg open something else. `openGroup`: it begins with pictures that are shown before its first key.
 * `inTurn`: decoded by one thread, so that a complaint is close to its picture.
 */
export type DecoderInput = { demuxer: string; options?: string[]; openGroup?: boolean; inTurn?: boolean } & (
	| { bytes: AsyncIterable<Uint8Array> }
	| { url: string }
);

/**
 * What the decoder shows, which pictures of it pass, and how they leave. `expression`: of ffmpeg's `select` filter.
 * `numbered`: a picture's time is its number in the stream, for streams whose times don't tell. `upright`: filters that
 * put the picture upright; undefined leaves that to ffmpeg. `size`: pictures that have another one are scaled to it.
 */
export type Selection = {
	expression: string;
	numbered: boolean;
	upright: string[] | undefined;
	size: { width: number; height: number } | null;
};

export type DecodedPicture = Picture & ShownPicture;

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
 * @returns after the last picture, what ffmpeg complained about last, and whether that means trouble
 */
export const decodePictures = async function* (run: Run & Selection): AsyncGenerator<DecodedPicture, DecoderEnd> {
	const { expression, numbered, upright, size } = run;
	const filters = [
		...(numbered ? ['setpts=N'] : []),
		`select='${expression}'`,
		// The time has been told: from here on pictures are numbered, for ffmpeg drops those whose time goes back.
		...['showinfo', 'setpts=N', ...(upright ?? [])],
		...(size ? [`scale=${size.width}:${size.height}:flags=bicubic`, 'format=rgb24'] : []),
	].join(',');
	const { child, messages, ended, close } = start(run, upright ? ['-noautorotate'] : [], [
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
	const graph = `${quality}[${pictureStream}]${smallest},showinfo,setpts=N[picture]`;
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
			...[
				'-hide_banner',
				'-nostdin',
				'-nostats',
				'-loglevel',
				`level+${input.demuxer === 'mpegts' ? 'debug' : 'info'}`,
			],
			...['-protocol_whitelist', isPipe ? 'pipe' : 'http,tcp', '-copyts', ...inputOptions],
			// The decoder of Theora, which comes in Ogg, gives other pixels from run to run when it has several threads.
			...(input.inTurn || input.demuxer === 'ogg' ? ['-threads', '1'] : []),
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
		messages: readMessages(child.stderr, input.openGroup ?? false, input.inTurn ?? false),
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
