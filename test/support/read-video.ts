import { createHash } from 'node:crypto';
import { PermanentError } from '#shared/errors.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import type { TimeBase, VideoIndex } from '#shared/video/index/video-index.ts';
import { toRgb } from '#shared/video/picture/encode.ts';
import { readFrames } from '#shared/video/read-frames.ts';
import { openFile } from '#shared/video/source/file-source.ts';

export type ReadFrame = { index: number; pts: number; sha256: string; width: number; height: number };

/** A fault of a frame, or of the whole file. */
export type Fault = { index: number | null; reason: string; message: string };

export type OpenVideo = {
	index: VideoIndex;
	/** Reads frames cut into this many chunks, wherever that cuts. */
	read: (selection: number[], chunks: number) => Promise<{ frames: ReadFrame[]; faults: Fault[] }>;
	close: () => Promise<void>;
};

/** Opens a video file with the product's own functions. */
export async function openVideo(path: string, signal = new AbortController().signal): Promise<OpenVideo> {
	const source = await openFile(path);
	const options = { ffmpegPath: installedFfmpeg(), signal };
	const index = await indexVideo(source, options).catch(async error => {
		await source.close();
		throw error;
	});
	return {
		index,
		read: async (selection, chunks) => {
			const frames: ReadFrame[] = [];
			const framesPerChunk = Math.ceil(selection.length / chunks);
			const reading = readFrames(source, index, selection, { ...options, framesPerChunk, cut: 'anywhere' });
			for (;;) {
				const { value, done } = await reading.next();
				if (done) return { frames: frames.sort((a, b) => a.index - b.index), faults: value };
				const { index: frame, pts } = value;
				const { data, width, height } = await toRgb(value);
				frames.push({ index: frame, pts, width, height, sha256: createHash('sha256').update(data).digest('hex') });
			}
		},
		close: () => source.close(),
	};
}

/** What `framefan frames --verify --json --chunks` says of a file, without a process of its own. */
export async function readWhole(
	path: string,
	chunks: number,
	signal?: AbortSignal,
): Promise<{ frames: ReadFrame[]; faults: Fault[]; pictures: number; timeBase?: TimeBase }> {
	try {
		const video = await openVideo(path, signal);
		try {
			const pictures = video.index.shown.length;
			const { frames, faults } = await video.read([...video.index.shown.keys()], chunks);
			const { damage } = video.index;
			const ofFile = damage ? [{ index: null, reason: 'corrupt', message: damage }] : [];
			return { frames, faults: [...ofFile, ...faults], pictures, timeBase: video.index.timeBase };
		} finally {
			await video.close();
		}
	} catch (error) {
		if (!(error instanceof PermanentError)) throw error;
		return { frames: [], faults: [{ index: null, reason: error.reason, message: error.message }], pictures: 0 };
	}
}
