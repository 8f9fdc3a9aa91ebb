import { runFfmpeg } from './ffmpeg.ts';

const pngStart = Buffer.from('89504e470d0a1a0a', 'hex');

/**
 * Frames of a video as PNG files, found by counting decoded pictures from the start of the stream: slow but certain.
 * @param indices ascending, each once
 * @returns the files in this order, without those of frames that the video does not have
 */
export async function extractFrames(file: string, indices: number[]): Promise<Buffer[]> {
	if (indices.length === 0) return [];
	const select = indices.map(index => `eq(n\\,${index})`).join('+');
	const { stdout } = await runFfmpeg(
		[
			...['-i', file, '-map', '0:V:0', '-vf', `select=${select}`, '-vsync', '0'],
			...['-frames:v', String(indices.length), '-c:v', 'png', '-f', 'image2pipe', 'pipe:1'],
		],
		300_000,
	);
	return splitPngs(stdout);
}

/** Cuts concatenated PNG files apart, going from chunk to chunk. */
function splitPngs(bytes: Buffer): Buffer[] {
	const files: Buffer[] = [];
	let start = 0;
	while (bytes.subarray(start, start + 8).equals(pngStart)) {
		let at = start + 8;
		let type = '';
		while (type !== 'IEND' && at + 12 <= bytes.length) {
			type = bytes.toString('latin1', at + 4, at + 8);
			at += 12 + bytes.readUInt32BE(at);
		}
		files.push(bytes.subarray(start, at));
		start = at;
	}
	return files;
}
