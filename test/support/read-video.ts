import { createHash } from 'node:crypto';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';
import { type ReadFault, readFrames } from '#shared/video/read-frames.ts';
import { openFile } from '#shared/video/source/file-source.ts';

export type ReadFrame = { index: number; pts: number; sha256: string; width: number; height: number };

export type OpenVideo = {
	index: VideoIndex;
	/** Reads frames cut into this many chunks, wherever that cuts. */
	read: (selection: number[], chunks: number) => Promise<{ frames: ReadFrame[]; faults: ReadFault[] }>;
	close: () => Promise<void>;
};

/** Opens a video file with the product's own functions. */
export const openVideo = async (path: string): Promise<OpenVideo> => {
	const source = await openFile(path);
	const options = { ffmpegPath: installedFfmpeg(), signal: new AbortController().signal };
	const index = await indexVideo(source, options);
	return {
		index,
		read: async (selection, chunks) => {
			const frames: ReadFrame[] = [];
			const framesPerChunk = Math.ceil(selection.length / chunks);
			const reading = readFrames(source, index, selection, { ...options, framesPerChunk, cut: 'anywhere' });
			for (;;) {
				const { value, done } = await reading.next();
				if (done) return { frames, faults: value };
				const { data, ...frame } = value;
				frames.push({ ...frame, sha256: createHash('sha256').update(data).digest('hex') });
			}
		},
		close: async () => source.close(),
	};
};
