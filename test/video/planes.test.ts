import { expect, test } from 'vitest';
import type { PixelFormat } from '#shared/video/extract/picture.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import { readFrames } from '#shared/video/read-frames.ts';
import { openFile } from '#shared/video/source/file-source.ts';
import { fixturePath } from '#test/video-fixtures.ts';

const isX64 = process.arch === 'x64';

/** How the frames of a fixture leave the decoder, each way once, in order. */
async function waysOf(fixture: string): Promise<PixelFormat[]> {
	const source = await openFile(await fixturePath(fixture));
	try {
		const options = { ffmpegPath: installedFfmpeg(), signal: new AbortController().signal };
		const index = await indexVideo(source, options);
		const ways: PixelFormat[] = [];
		for await (const { pixels } of readFrames(source, index, [...index.shown.keys()], {
			...options,
			framesPerChunk: 500,
		}))
			if (pixels !== ways.at(-1)) ways.push(pixels);
		return ways;
	} finally {
		await source.close();
	}
}

// Elsewhere ffmpeg converts with other roundings, so all leave as RGB: `pixels.test.ts` holds for both.
test.runIf(isX64).each([
	['b-pyramid.mp4', ['yuv420p-bt601']],
	['small-clusters.mkv', ['yuv420p-bt601']],
	['h264.ts', ['yuv420p-bt601']],
	['turned-90.mp4', ['yuv420p-bt601']],
	['bt709.mp4', ['yuv420p-bt709']],
	['bt709.webm', ['yuv420p-bt709']],
])('%s leaves the decoder as %j', async (fixture, ways) => {
	expect(await waysOf(fixture)).toEqual(ways);
});

test.each(['full-range.mp4', 'smpte240m.mp4', 'bt2020.mp4', '10-bit.mp4', '4-2-2.mp4', 'odd-4-4-4.mp4'])(
	'%s leaves it as RGB: its conversion is not known here',
	async fixture => {
		expect(await waysOf(fixture)).toEqual(['rgb24']);
	},
);
