import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, Option } from 'commander';
import { makeBoundedWork } from '#shared/bounded-work.ts';
import { messageOf, PermanentError } from '#shared/errors.ts';
import { rangeOf, selectFrames } from '#shared/sampling/select/select-frames.ts';
import { selectionSource } from '#shared/sampling/select/selection-source.ts';
import { settingsSchema } from '#shared/sampling/settings.ts';
import { type Resize, targetSize } from '#shared/size.ts';
import { makeSuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import { whereIs } from '#shared/supervisely/remote/open-video.ts';
import type { Frame } from '#shared/video/extract/run-decoder.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import { pictureConcurrency, toRgb } from '#shared/video/picture/encode.ts';
import type { ImageFormat, ImageOptions } from '#shared/video/picture/image-format.ts';
import { writeFrameFile } from '#shared/video/picture/write-frame-file.ts';
import { type ReadFault, readFrames } from '#shared/video/read-frames.ts';
import { findScenes } from '#shared/video/scenes.ts';
import type { ByteSource } from '#shared/video/source/byte-source.ts';
import { openFile } from '#shared/video/source/file-source.ts';
import { openInParts } from '#shared/video/source/open-in-parts.ts';
import type { VideoIndex } from '../../functions/shared/video/index/video-index.ts';
import { checked } from '../checked.ts';
import { printTrace, sentenceOf, UsageError } from '../failure.ts';
import { addImageOptions, type ImageArguments, imageFormat, imageSettings } from '../image-options.ts';
import { checkAddress, folderName, heightByWidth, wholeNumber } from '../options.ts';
import { printLine } from '../print-line.ts';
import { addSelectOptions, type SelectOptions, selectSettings } from '../select-options.ts';
import { closingAll } from '../shutdown.ts';
import { findToken } from '../token.ts';

type FramesOptions = ImageArguments &
	SelectOptions & {
		out?: string;
		start: number;
		end?: number;
		step: number;
		resize?: Resize;
		/** The SDK's name of the option `--format`. */
		ext?: ImageFormat;
		chunks?: number;
		json?: boolean;
		verify?: boolean;
		server?: string;
	};

/** A fault of a frame; with the index null, of the whole file. */
type Fault = Omit<ReadFault, 'index'> & { index: number | null };

const defaultFramesPerChunk = 500;

export function addFrames(program: Command): void {
	addImageOptions(
		addSelectOptions(
			program
				.command('frames')
				.description('Writes exact frames of a video: a file, a URL, or a video on a Supervisely server by its id')
				.argument('<video>', 'file, URL (http, https or file) or video id')
				.option('--out <folder>', 'folder for the images', folderName)
				.option('--start <n>', 'first frame', wholeNumber(0), 0)
				.option('--end <n>', 'end frame, exclusive', wholeNumber(1))
				.option('--step <n>', 'every n-th frame', wholeNumber(1), 1),
		).option(
			'--resize <HxW>',
			'height and width of the images in pixels; give one to keep the aspect ratio',
			heightByWidth,
		),
	)
		.addOption(new Option('--ext <format>', 'the same as --format').argParser(imageFormat).hideHelp())
		.option('--chunks <n>', 'number of chunks to decode the frames in', wholeNumber(1))
		.option('--verify', 'prints the hash of each picture instead of writing files')
		.option('--json', 'prints one line of JSON per frame, and one at the end')
		.option('--server <url>', 'Supervisely server of a video id', process.env.SERVER_ADDRESS)
		.action(frames);
}

const frames = (video: string, options: FramesOptions): Promise<void> =>
	closingAll(async onClose => {
		if (!options.verify && options.out === undefined)
			throw new UsageError('--out is missing: name a folder, or use --verify');
		const image = imageOf(options);
		const settings = checked(settingsSchema, { ...pick(options), ...selectSettings(options), ...image });
		if (!options.verify && options.out) makeFolder(options.out);
		const ending = new AbortController();
		onClose(() => ending.abort());
		const faults: Fault[] = [];
		/** Frames that are being scaled, encoded or written. */
		const working = makeBoundedWork(pictureConcurrency);
		const summary = { frames: 0, pictures: 0, width: 0, height: 0, codec: '', notes: [] as string[] };
		const note = (text: string) => {
			summary.notes.push(text);
			printLine(process.stderr, 'note', text);
		};
		try {
			const decoding = { ffmpegPath: installedFfmpeg(), signal: ending.signal };
			const source = await openAny(video, options.server, ending.signal);
			onClose(source.close);
			const index = await indexVideo(source, decoding);
			index.notes.forEach(note);
			if (index.damage) faults.push({ index: null, reason: 'corrupt', message: index.damage });
			summary.pictures = index.shown.length;
			summary.codec = codecName(index);
			const { start } = options;
			if (start >= index.shown.length) note(`--start is ${start}, the video ends after ${index.shown.length} frames`);
			Object.assign(summary, index.pictureSize);
			const range = rangeOf(settings, index.shown.length);
			const scenes = options.scenes ? await findScenes(source, index, range, decoding) : [];
			const from = { ...selectionSource(index, basename(video)), scenes };
			const { frames: selection, notes } = selectFrames(settings, from);
			notes.forEach(note);
			const framesPerChunk = options.chunks ? Math.ceil(selection.length / options.chunks) : defaultFramesPerChunk;
			const timeBase = `${index.timeBase.num}/${index.timeBase.den}`;
			const read = readFrames(source, index, selection, {
				...decoding,
				framesPerChunk,
				cut: options.chunks ? 'anywhere' : 'at-keys',
			});
			const { print, printRest } = linesInOrder(selection);
			const finishFrame = async (frame: Frame) => {
				const to = targetSize(options.resize ?? null, frame);
				const result = options.verify
					? {
							sha256: createHash('sha256')
								.update((await toRgb(frame, to)).data)
								.digest('hex'),
						}
					: { file: await writeFrameFile(options.out as string, frame.index, frame, image, to) };
				Object.assign(summary, { ...to, frames: summary.frames + 1 });
				if (options.json)
					print(frame.index, JSON.stringify({ index: frame.index, pts: frame.pts, timeBase, ...result }));
				else if (options.verify) print(frame.index, `${frame.index} ${result.sha256}`);
			};
			for (;;) {
				const { value: frame, done } = await read.next();
				if (done) {
					await working.finish();
					faults.push(...frame);
					printRest();
					break;
				}
				await working.add(finishFrame(frame));
			}
		} catch (error) {
			// Waits for running work before the last line.
			await working.settle();
			if (error instanceof UsageError || ending.signal.aborted) throw error;
			printTrace(error);
			const reason = error instanceof PermanentError ? error.reason : 'failed';
			faults.push({ index: null, reason, message: sentenceOf(error) });
		}
		finish(summary, faults, options);
	});

const pick = ({ start, end, step }: FramesOptions) => ({ start, step, ...(end === undefined ? {} : { end }) });

/** @throws UsageError for conflicting options */
function imageOf({ ext, format = ext, ...options }: FramesOptions): ImageOptions {
	if (ext && ext !== format)
		throw new UsageError(`--ext is ${ext} and --format is ${format}: both set the format, so give only one`);
	return { format: 'png', ...imageSettings({ ...(format ? { format } : {}), ...options }) };
}

const makeFolder = (folder: string): void => {
	try {
		mkdirSync(folder, { recursive: true });
	} catch (error) {
		throw new UsageError(`--out is ${JSON.stringify(folder)}: the folder cannot be created (${messageOf(error)})`);
	}
};

/** Prints the lines of frames in the order of the selection: a frame that needs a second run comes late. */
const linesInOrder = (selection: number[]) => {
	const waiting = new Map<number, string>();
	let at = 0;
	return {
		print: (index: number, line: string) => {
			waiting.set(index, line);
			for (let next = selection[at]; next !== undefined && waiting.has(next); next = selection[++at]) {
				console.log(waiting.get(next));
				waiting.delete(next);
			}
		},
		printRest: () => {
			for (const [, line] of [...waiting].sort(([a], [b]) => a - b)) console.log(line);
		},
	};
};

const finish = (
	summary: object & { frames: number; pictures: number },
	faults: Fault[],
	options: FramesOptions,
): void => {
	const state = faults.length === 0 ? 'completed' : 'completed_with_faults';
	if (options.json) console.log(JSON.stringify({ state, ...summary, faults }));
	else {
		for (const { index, reason, message } of faults.slice(0, 10)) {
			printLine(process.stderr, 'fault', `${index === null ? '' : `frame ${index}, `}${reason}: ${message}`);
		}
		console.error(
			`${summary.frames} frames of ${summary.pictures} pictures, ${faults.length} fault${faults.length === 1 ? '' : 's'}`,
		);
	}
	process.exitCode = faults.length === 0 ? 0 : 1;
};

const openAny = async (
	video: string,
	server: string | undefined,
	signal: AbortSignal,
): Promise<ByteSource & { close(): Promise<void> }> => {
	const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(video)?.[1]?.toLowerCase();
	if (scheme === 'file') return openFile(pathOf(video));
	if (scheme === 'http' || scheme === 'https') {
		// The URL is not shown, since it may contain a password.
		if (!URL.canParse(video)) throw new UsageError('The address of the video is malformed');
		return openInParts({ url: new URL(video) }, signal);
	}
	if (scheme) throw new PermanentError('unsupported', `${scheme} addresses are not supported: use http, https or file`);
	if (existsSync(video)) return openFile(video);
	if (!/^\d+$/.test(video)) throw new PermanentError('not-found', `There is no file ${video}`);
	if (!server) throw new UsageError(`${video} is a video id: set its server with --server or SERVER_ADDRESS`);
	checkAddress('--server', server, 'https://app.supervisely.com');
	const token = await findToken(server);
	const supervisely = makeSuperviselyApi(connectSupervisely(server, async () => token, { quick: true }));
	const found = await supervisely.video(Number(video));
	if (!found) throw new PermanentError('not-found', `There is no video ${video} on ${server}`);
	return openInParts(whereIs(supervisely, found), signal);
};

const pathOf = (address: string): string => {
	try {
		return fileURLToPath(address);
	} catch (error) {
		throw new UsageError(`${address} is not a file on this machine: ${messageOf(error)}`);
	}
};

/** Names of codecs by ffmpeg's decoders from external libraries. */
const libraries: Record<string, string> = {
	libdav1d: 'av1',
	'libaom-av1': 'av1',
	libvpx: 'vp8',
	'libvpx-vp9': 'vp9',
};

/** The common name of a codec; if unknown, the name in the container. */
export function codecName({ container }: Pick<VideoIndex, 'container'>): string {
	if (container.kind !== 'whole') return container.bitstream.codec.trim();
	const decoder = container.codec ?? '';
	return libraries[decoder] ?? decoder;
}
