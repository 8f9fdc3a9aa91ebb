import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import { planChunks } from '#shared/video/plan-chunks.ts';
import { openFile } from '#shared/video/source/file-source.ts';

/** Bytes of the pictures that have to be decoded for a selection: from each key frame to the last that is wanted. */
export async function neededBytes(path: string, selection: number[]): Promise<number> {
	const source = await openFile(path);
	try {
		const signal = new AbortController().signal;
		const index = await indexVideo(source, { ffmpegPath: installedFfmpeg(), signal });
		const runs = planChunks(index, selection, 200).flatMap(chunk => chunk.runs);
		return runs.reduce(
			(sum, [first, last]) => sum + index.size.subarray(first, last + 1).reduce((bytes, size) => bytes + size, 0),
			0,
		);
	} finally {
		await source.close();
	}
}
