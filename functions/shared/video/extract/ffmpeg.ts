import { randomBytes } from 'node:crypto';
import type { Readable } from 'node:stream';
import { PermanentError, TransientError } from '../../errors.ts';
import type { TimeBase } from '../index/video-index.ts';
import { mostPixels } from './decoder-limits.ts';
import { decodeArguments } from './ffmpeg-arguments.ts';
import { type FfmpegEnd, startFfmpeg } from './ffmpeg-process.ts';
import { ffmpegProgram } from './ffmpeg-program.ts';
import { readMessages, type ShownPicture } from './messages.ts';
import type { VideoPicture } from './picture.ts';
import { readPictures } from './picture-stream.ts';

/**
 * What is decoded: bytes that come through a pipe, or an address on loopback. The demuxer is always named, so that no
 * input can make ffmpeg open something else. `stream`: ffmpeg's specifier of the picture stream. `openGroup`: it begins
 * with pictures that are shown before its first key. `inTurn`: decoded by one thread, so that a complaint is close to its
 * picture. `oneThread`: for decoders that give other pixels from run to run with several.
 */
export type DecoderInput = {
	demuxer: string;
	stream: string;
	options?: string[];
	openGroup?: boolean;
	pictureByPicture?: boolean;
	oneThread?: boolean;
} & ({ bytes: AsyncIterable<Uint8Array> } | { url: string });

/**
 * What the decoder shows, which pictures of it are told of and leave, and how they leave. `expression`: of ffmpeg's
 * `select` filter. `toldOnly`: times of pictures that are told of and don't leave, and a `select` expression for them.
 * `numbered`: a picture's time is its number in the stream, for streams whose times don't tell. `upright`: filters that
 * put the picture upright; undefined leaves that to ffmpeg. `size`: pictures that have another one are scaled to it.
 * `planar`: they leave as planes of this size, and decoding ends at the first that is stored otherwise.
 */
export type Selection = {
	expression: string;
	toldOnly?: { times: Set<number>; expression: string };
	numbered: boolean;
	upright: string[] | undefined;
	size: { width: number; height: number } | null;
	planar?: boolean;
};

/** A picture that has left, or, without pixels, one that was told of only. */
export type DecodedPicture = { shown: ShownPicture; picture: VideoPicture | undefined };

/** `notPlanar`: the next picture can't leave as planes. */
export type DecoderEnd = { lastError: string; damaged: boolean; notPlanar?: boolean };

type Run = { ffmpegPath: string; signal: AbortSignal; input: DecoderInput };

/**
 * Decodes an input in a process of its own and gives the pictures that a filter lets through, in the order of the
 * decoder, with their presentation times in ticks of the stream. Pixels are kept as stored, colours are RGB, 8 bit, or planes of
 * which RGB can be made bit for bit as ffmpeg makes it.
 *
 * Each picture goes out as a PPM or PGM file, which says its own size; its time and its format as stored are told by the
 * `showinfo` filter, before.
 *
 * @returns after the last picture, what ffmpeg complained about last, and whether that means trouble
 * @throws PermanentError `unsupported` for pictures above the limit of pixels or without a decoder; TransientError when ffmpeg
 * was killed, or ended without a reason that lies in the input; SamplingFailure when it can't be run
 */
export const decodePictures = async function* (run: Run & Selection): AsyncGenerator<DecodedPicture, DecoderEnd> {
	const { expression, toldOnly, numbered, upright, size, planar = false } = run;
	const told = `[told]${[corner, tellPicture, 'nullsink'].join(',')}`;
	const kept = [
		...(toldOnly ? [`select='not(${toldOnly.expression})'`] : []),
		// The time has been told: from here on pictures are numbered, for ffmpeg drops those whose time goes back.
		...['setpts=N', ...(upright ?? [])],
		...(size && !planar ? [`scale=${size.width}:${size.height}:flags=bicubic`, 'format=rgb24'] : []),
		...(planar ? ['format=yuv420p'] : []),
	];
	const chosen = [...(numbered ? ['setpts=N'] : []), `select='${expression}'`, 'split[told][kept]'];
	const filters = `${chosen.join(',')};${told};[kept]${kept.join(',')}`;
	const output = [...(planar ? planarOutput : rgbOutput), '-f', 'image2pipe', 'pipe:1'];
	const { stdout, messages, ended, close } = await start(run, upright ? ['-noautorotate'] : [], filters, output);
	try {
		const pictures = readPictures(stdout);
		let coming: ReturnType<typeof pictures.next> | undefined;
		for (;;) {
			// Read while the log is waited for: where its end is lost, ffmpeg tells of no other until this one has left.
			coming ??= pictures.next();
			coming.catch(() => {});
			const shown = await messages.nextPicture();
			if (!shown) break;
			if (toldOnly?.times.has(shown.pts)) {
				yield { shown, picture: undefined };
				continue;
			}
			if (planar && !shown.planes) return otherPictures;
			const { value: picture } = await coming;
			coming = undefined;
			if (planar && (picture?.width !== size?.width || picture?.height !== size?.height)) return otherPictures;
			if (!picture) break;
			const { width, height, bytes } = picture;
			yield { shown, picture: { width, height, pixels: planar && shown.planes ? shown.planes : 'rgb24', bytes } };
		}
		await ended();
		return { lastError: messages.lastError(), damaged: messages.damaged() };
	} finally {
		close();
	}
};

const rgbOutput = ['-c:v', 'ppm', '-pix_fmt', 'rgb24'];
const planarOutput = ['-c:v', 'pgmyuv', '-pix_fmt', 'yuv420p'];
const otherPictures: DecoderEnd = { lastError: '', damaged: false, notPlanar: true };

export type PictureList = {
	times: number[];
	timeBase: TimeBase | undefined;
	decoder: string | undefined;
	/** Whether pictures change their size or format, for which ffmpeg begins its filters anew. */
	restarts: boolean;
	lastError: string;
};

/** Decodes everything and gives the presentation times of all pictures, in the order of the decoder. */
export const listPictures = async (run: Run): Promise<PictureList> => {
	const { messages, ended, close } = await start(run, [], ['select=1', corner, tellPicture, 'setpts=N'].join(','), [
		'-f',
		'null',
		'-',
	]);
	const times: number[] = [];
	try {
		for (let shown = await messages.nextPicture(); shown; shown = await messages.nextPicture()) times.push(shown.pts);
		await ended();
		return {
			times,
			timeBase: messages.timeBase(),
			decoder: messages.decoder(),
			restarts: messages.restarts() > 0,
			lastError: messages.lastError(),
		};
	} finally {
		close();
	}
};

/** Stands for the filter that tells of a picture, which is named when a run starts. */
const tellPicture = 'showinfo@name';

/**
 * What it gets to see: it makes checksums of all pixels, which nobody needs, and prints all data beside them, in the
 * middle of which a complaint would be lost.
 */
const corner = "crop='min(16,iw)':'min(16,ih)':0:0:exact=1,sidedata=delete";

const start = async (run: Run, inputOptions: string[], filters: string, output: string[]) => {
	const { input, signal } = run;
	const program = await ffmpegProgram(run.ffmpegPath);
	const name = randomBytes(16).toString('hex');
	const isPipe = 'bytes' in input;
	// The decoder of Theora, which comes in Ogg, is one of those.
	const threads = input.pictureByPicture || input.oneThread || input.demuxer === 'ogg' ? { threads: 1 } : {};
	const args = decodeArguments(program, {
		input: {
			demuxer: input.demuxer,
			stream: input.stream,
			options: [...inputOptions, ...(input.options ?? [])],
			from: isPipe ? 'pipe:0' : input.url,
			...threads,
		},
		name,
		filters: filters.replace(tellPicture, `showinfo@${name}`),
		output,
	});
	const { stdout, stderr, ended, close } = startFfmpeg(program.path, args, isPipe ? input.bytes : undefined, signal);
	const messages = readMessages(stderr, {
		name,
		openGroup: input.openGroup ?? false,
		logsFirst: input.pictureByPicture ?? false,
		isWholeFile: !isPipe,
		decodesAhead: program.decodesAhead,
	});
	return {
		stdout: stdout as Readable,
		messages,
		ended: async () => explain(await ended(), messages),
		close,
	};
};

/** Throws for an end that no complaint about the input accounts for, and for what no decoder can do. */
const explain = (end: FfmpegEnd, messages: ReturnType<typeof readMessages>): void => {
	const lastError = messages.lastError();
	const tooLarge = messages.tooLarge();
	if (tooLarge)
		throw new PermanentError(
			'unsupported',
			`${tooLarge.replace('x', ' × ')} pixels, more than the limit of ${mostPixels}`,
		);
	const codec = messages.noDecoder();
	if (codec === 'none') throw new PermanentError('unsupported', 'Its codec is unknown');
	if (codec) throw new PermanentError('unsupported', `Its codec (${codec}) is not supported`);
	if (end.signal) throw new TransientError(`ffmpeg was killed by ${end.signal}, as happens when memory runs out`, null);
	if (end.code !== 0 && lastError === '')
		throw new TransientError(`ffmpeg failed with exit code ${end.code} and no error message`, null);
};
