import { randomBytes } from 'node:crypto';
import { PermanentError, TransientError } from '../../errors.ts';
import type { Size } from '../../size.ts';
import type { TimeBase } from '../index/video-index.ts';
import { decodeArguments, mostPixels } from './ffmpeg-arguments.ts';
import { type FfmpegEnd, startFfmpeg } from './ffmpeg-process.ts';
import { ffmpegProgram } from './ffmpeg-program.ts';
import { readMessages, type ShownPicture } from './messages.ts';
import type { VideoPicture } from './picture.ts';
import { readPictures } from './picture-stream.ts';

/**
 * Input of the decoder: bytes through a pipe, or a URL on loopback. The demuxer is always given, so that no input can make
 * ffmpeg open something else. `stream`: ffmpeg's specifier of the picture stream. `openGroup`: the input begins with
 * leading pictures, which are shown before its first key. `pictureByPicture`: decoded in one thread, so that an error is
 * logged close to its picture. `oneThread`: for decoders whose output varies from run to run with several threads.
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
 * Which decoded pictures are logged and output, and how. `expression`: for ffmpeg's `select` filter. `loggedOnly`: times
 * of pictures that are logged and not output, and a `select` expression for them. `numbered`: the time of a picture is its
 * number, for streams whose times don't identify pictures. `upright`: filters that rotate the picture; undefined leaves
 * that to ffmpeg. `size`: pictures of another size are scaled to it. `planar`: output as planes of this size; decoding
 * stops at the first picture that is stored otherwise.
 */
export type Selection = {
	expression: string;
	loggedOnly?: { times: Set<number>; expression: string };
	numbered: boolean;
	upright: string[] | undefined;
	size: Size | null;
	planar?: boolean;
};

/** An output picture; without pixels, one that was only logged. */
export type DecodedPicture = { shown: ShownPicture; picture: VideoPicture | undefined };

/** `notPlanar`: the next picture can't be output as planes. */
export type DecoderEnd = { lastError: string; damaged: boolean; notPlanar?: boolean };

type Run = { ffmpegPath: string; signal: AbortSignal; input: DecoderInput };

/**
 * Decodes an input in its own process and yields the selected pictures in output order, with their presentation times in
 * ticks of the stream. Pixels are RGB of 8 bit, or planes that can be converted to RGB with the same result as ffmpeg's.
 *
 * Each picture is output as a PPM or PGM file, which has its size; its time and its stored format are logged before by the
 * `showinfo` filter.
 *
 * @returns after the last picture, ffmpeg's last error, and whether it means damage
 * @throws PermanentError `unsupported` for pictures with too many pixels or without a decoder; TransientError when ffmpeg
 * was killed, or failed without an error about the input; SamplingFailure when it can't be run
 */
export async function* decodePictures(run: Run & Selection): AsyncGenerator<DecodedPicture, DecoderEnd> {
	const { expression, loggedOnly, numbered, upright, size, planar = false } = run;
	const told = `[told]${[corner, logPicture, 'nullsink'].join(',')}`;
	const kept = [
		...(loggedOnly ? [`select='not(${loggedOnly.expression})'`] : []),
		// The time is logged by now. From here on pictures are numbered, since ffmpeg drops those whose time decreases.
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
			// Reads the picture while waiting for its log line: if that line is lost, ffmpeg logs no other until this picture
			// is read.
			coming ??= pictures.next();
			coming.catch(() => {});
			const shown = await messages.nextPicture();
			if (!shown) break;
			if (loggedOnly?.times.has(shown.pts)) {
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
}

const rgbOutput = ['-c:v', 'ppm', '-pix_fmt', 'rgb24'];
const planarOutput = ['-c:v', 'pgmyuv', '-pix_fmt', 'yuv420p'];
const otherPictures: DecoderEnd = { lastError: '', damaged: false, notPlanar: true };

export type PictureList = {
	times: number[];
	timeBase: TimeBase | undefined;
	decoder: string | undefined;
	/** Whether pictures change their size or format, which makes ffmpeg restart its filters. */
	restarts: boolean;
	lastError: string;
};

/** Decodes everything and returns the presentation times of all pictures, in output order. */
export async function listPictures(run: Run): Promise<PictureList> {
	const { messages, ended, close } = await start(run, [], ['select=1', corner, logPicture, 'setpts=N'].join(','), [
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
}

/** Placeholder of the filter that logs a picture; its name is set when a run starts. */
const logPicture = 'showinfo@name';

/**
 * Crops the pictures for `showinfo`, which computes checksums of all pixels, and drops their side data, which it would
 * log, and in the middle of which an error could be lost.
 */
const corner = "crop='min(16,iw)':'min(16,ih)':0:0:exact=1,sidedata=delete";

const start = async (run: Run, inputOptions: string[], filters: string, output: string[]) => {
	const { input, signal } = run;
	const program = await ffmpegProgram(run.ffmpegPath);
	const name = randomBytes(16).toString('hex');
	const isPipe = 'bytes' in input;
	// Ogg may hold Theora, whose decoder has data races with several threads.
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
		filters: filters.replace(logPicture, `showinfo@${name}`),
		output,
	});
	const { stdout, stderr, ended, close } = await startFfmpeg(
		program.path,
		args,
		isPipe ? input.bytes : undefined,
		signal,
	);
	const messages = readMessages(stderr, {
		name,
		openGroup: input.openGroup ?? false,
		logsFirst: input.pictureByPicture ?? false,
		isWholeFile: !isPipe,
		decodesAhead: program.decodesAhead,
	});
	return {
		stdout,
		messages,
		ended: async () => explain(await ended(), messages),
		close,
	};
};

/** Throws for an exit without an error about the input, and for unsupported input. */
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
