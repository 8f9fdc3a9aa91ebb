import { closeSync, openSync, writeSync } from 'node:fs';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import { toRgb } from '#shared/video/picture/encode.ts';
import { readFrames } from '#shared/video/read-frames.ts';
import { openFile } from '#shared/video/source/file-source.ts';

/**
 * Writes all frames of a video that the product reads, cut into chunks at key frames, as raw RGB one after another.
 * @throws where a frame can't be had, or has another size than the first
 */
export async function writeRawFrames(
	path: string,
	raw: string,
	framesPerChunk = 50,
): Promise<{ count: number; width: number; height: number }> {
	const source = await openFile(path);
	const file = openSync(raw, 'w');
	const written = { count: 0, width: 0, height: 0 };
	try {
		const options = { ffmpegPath: installedFfmpeg(), signal: new AbortController().signal };
		const index = await indexVideo(source, options);
		const reading = readFrames(source, index, [...index.shown.keys()], { ...options, framesPerChunk });
		for (;;) {
			const { value, done } = await reading.next();
			if (done) {
				if (value.length > 0) throw new Error(`${path}: ${value[0]?.message}`);
				return written;
			}
			const { width, height } = value;
			if (written.count > 0 && (width !== written.width || height !== written.height))
				throw new Error(`${path}: frame ${value.index} has another size than those before`);
			// Frames that took a second try come later.
			const { data } = await toRgb(value);
			writeSync(file, data, 0, data.length, value.index * data.length);
			Object.assign(written, { count: written.count + 1, width, height });
		}
	} finally {
		closeSync(file);
		await source.close();
	}
}
