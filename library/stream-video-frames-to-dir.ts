import { mkdir } from 'node:fs/promises';
import { makeBoundedWork } from '#shared/bounded-work.ts';
import type { Frame } from '#shared/video/extract/run-decoder.ts';
import { type ImageOptions, wrongImageOption } from '#shared/video/picture/image-format.ts';
import { writeFrameFile } from '#shared/video/picture/write-frame-file.ts';
import type { SuperviselyClient } from './client.ts';
import { type StreamOptions, streamPictures } from './stream-video-frames.ts';

/** Options of {@link streamVideoFramesToDir}. */
export type StreamToDirOptions = StreamOptions & {
	/** Format of the files; default png. */
	ext?: 'png' | 'jpg' | 'webp';
	/** Of jpg and webp, 1 to 100; default 95. */
	quality?: number;
	/** Chroma subsampling of jpg; default 444 (none). */
	chroma?: 444 | 420;
	/** Of jpg: slightly smaller files, three times slower. */
	optimiseCoding?: boolean;
	/** Called with 1 after each written file. */
	onProgress?: (count: number) => void;
	/** Files that are encoded and written at the same time; default 4. Decoding waits while all are busy. */
	maxWriteWorkers?: number;
};

/**
 * Writes frames of a video on a Supervisely server as `frame_<index, 6 digits>.<ext>`. On an error, no further
 * file is started; complete files are kept.
 * @param folder created if it does not exist
 * @returns the paths, in the order of the frames
 * @throws errors of `streamVideoFrames`, RangeError for invalid options, FramefanError when a file can't be written
 * @example
 * ```ts
 * import { SuperviselyClient, streamVideoFramesToDir } from 'framefan';
 *
 * const client = new SuperviselyClient('https://app.supervisely.com', process.env.SUPERVISELY_API_TOKEN ?? '');
 * const paths = await streamVideoFramesToDir(client, 5001, 'frames', { end: 99, ext: 'jpg', quality: 90 });
 * console.log(paths.length);
 * ```
 */
export async function streamVideoFramesToDir(
	client: SuperviselyClient,
	videoId: number,
	folder: string,
	options: StreamToDirOptions = {},
): Promise<string[]> {
	const { ext = 'png', quality, chroma, optimiseCoding, onProgress, maxWriteWorkers = 4, ...streaming } = options;
	const image: ImageOptions = { format: ext, quality, chroma, optimiseCoding };
	const wrong = wrongImageOption(image, option => (option === 'format' ? 'ext' : option));
	if (wrong) throw new RangeError(wrong.message);
	await mkdir(folder, { recursive: true });
	const files: string[] = [];
	const writing = makeBoundedWork(maxWriteWorkers);
	const write = async (at: number, frame: Frame) => {
		files[at] = await writeFrameFile(folder, frame.index, frame, image);
		onProgress?.(1);
	};
	let count = 0;
	try {
		for await (const frame of streamPictures(client, videoId, streaming)) await writing.add(write(count++, frame));
		await writing.finish();
	} finally {
		await writing.settle();
	}
	return files;
}
