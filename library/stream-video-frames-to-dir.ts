import { mkdir } from 'node:fs/promises';
import type { ImageFormat } from '#shared/video/picture/encode.ts';
import { writeFrameFile } from '#shared/video/picture/write-frame-file.ts';
import type { SuperviselyClient } from './client.ts';
import { type StreamOptions, streamVideoFrames, type VideoFrame } from './stream-video-frames.ts';

export type StreamToDirOptions = StreamOptions & {
	/** Format of the files; png without it. */
	ext?: 'png' | 'jpg' | 'webp';
	/** Called with 1 after each file is on disk. */
	onProgress?: (count: number) => void;
	/** Files that are encoded and written at one time; 4 without it. Decoding waits when all are busy. */
	maxWriteWorkers?: number;
};

/**
 * Writes frames of a video on a Supervisely server as `frame_<index, 6 digits>.<ext>`. On an error no further file is
 * begun; files that are there already stay, each of them whole.
 * @param folder is made where it isn't there
 * @returns the paths, in the order of the frames
 * @throws as `streamVideoFrames` does, and what keeps a file from being written
 */
export const streamVideoFramesToDir = async (
	client: SuperviselyClient,
	videoId: number,
	folder: string,
	options: StreamToDirOptions = {},
): Promise<string[]> => {
	const { ext = 'png', onProgress, maxWriteWorkers = 4, ...streaming } = options;
	const formats: ImageFormat[] = ['png', 'jpg', 'webp'];
	if (!formats.includes(ext)) throw new RangeError(`ext is ${JSON.stringify(ext)}: it must be png, jpg or webp`);
	await mkdir(folder, { recursive: true });
	const files: string[] = [];
	const running = new Set<Promise<void>>();
	const write = async (at: number, { index, width, height, data }: VideoFrame) => {
		const pixels = Buffer.from(data.buffer, data.byteOffset, data.length);
		files[at] = await writeFrameFile(folder, index, { width, height, data: pixels }, ext);
		onProgress?.(1);
	};
	let failure: { error: unknown } | undefined;
	let count = 0;
	for await (const frame of streamVideoFrames(client, videoId, streaming)) {
		const writing = write(count++, frame)
			.catch(error => {
				failure ??= { error };
			})
			.finally(() => running.delete(writing));
		running.add(writing);
		if (running.size >= maxWriteWorkers) await Promise.race(running);
		if (failure) break;
	}
	await Promise.all(running);
	if (failure) throw failure.error;
	return files;
};
