import { at } from '../at.ts';
import { recyclePixels } from './extract/picture.ts';
import type { VideoIndex } from './index/video-index.ts';
import { pictureConcurrency, scorePicture } from './picture/encode.ts';
import { readFrames } from './read-frames.ts';
import type { ByteSource } from './source/byte-source.ts';

/** How far a search for scenes has come. `cells`: mean colours of the last frame that could be decoded. */
export type SceneSearch = { next: number; starts: number[]; cells: Uint8Array | undefined };

/** Difference between two pictures at which a new scene begins, by PySceneDetect's measure; its own default is 27. */
const threshold = 20;
/** Shortest scene in frames, as in PySceneDetect: a flash is not a scene. */
const shortest = 15;
/** Frames that are decoded together. */
const framesPerChunk = 500;

/**
 * Finds where scenes begin: the first frame of a range, and each frame that differs enough from the one before in mean
 * hue, saturation and value, as PySceneDetect's ContentDetector measures it, but of 32 x 32 mean colours instead of all
 * pixels. Decodes every frame of the range, so it takes about as long as decoding does.
 * @param range frames, `end` exclusive
 * @param options.from where an interrupted search goes on
 * @param options.onPause called after each part with how far it is; may throw to interrupt the search
 */
export async function findScenes(
	source: ByteSource,
	index: VideoIndex,
	{ start, end }: { start: number; end: number },
	options: {
		ffmpegPath: string;
		signal: AbortSignal;
		from?: SceneSearch | undefined;
		onPause?: (search: SceneSearch) => Promise<void>;
	},
): Promise<number[]> {
	if (start >= end) return [];
	const search: SceneSearch = options.from ?? { next: start, starts: [start], cells: undefined };
	// A file without an index in its header would be read from its start for each part, so it is one part.
	const most = index.container.kind === 'whole' ? end - start : framesPerChunk;
	while (search.next < end) {
		const until = Math.min(end, search.next + most);
		const frames = Array.from({ length: until - search.next }, (_, n) => search.next + n);
		const cellsOf = await cellsOfFrames(source, index, frames, options);
		for (const frame of frames) {
			const cells = cellsOf.get(frame);
			if (!cells) continue;
			const isFarEnough = frame - at(search.starts, search.starts.length - 1) >= shortest;
			if (search.cells && isFarEnough && difference(search.cells, cells) >= threshold) search.starts.push(frame);
			search.cells = cells;
		}
		search.next = until;
		if (search.next < end) await options.onPause?.(search);
	}
	return search.starts;
}

/** The mean colours of frames, as far as they can be decoded. */
const cellsOfFrames = async (
	source: ByteSource,
	index: VideoIndex,
	frames: number[],
	{ ffmpegPath, signal }: { ffmpegPath: string; signal: AbortSignal },
): Promise<Map<number, Uint8Array>> => {
	const cellsOf = new Map<number, Uint8Array>();
	const scoring = new Set<Promise<void>>();
	const failed: unknown[] = [];
	for await (const frame of readFrames(source, index, frames, { ffmpegPath, signal, framesPerChunk: frames.length })) {
		const one = scorePicture(frame)
			.then(({ cells }) => {
				cellsOf.set(frame.index, cells);
				recyclePixels(frame.bytes);
			})
			.catch(error => void failed.push(error))
			.finally(() => scoring.delete(one));
		scoring.add(one);
		if (scoring.size >= pictureConcurrency) await Promise.race(scoring);
		if (failed.length > 0) break;
	}
	await Promise.all(scoring);
	if (failed.length > 0) throw failed[0];
	return cellsOf;
};

/** The mean difference of hue (0 to 180), saturation and value (0 to 255) of two pictures. */
const difference = (a: Uint8Array, b: Uint8Array): number => {
	let sum = 0;
	for (let n = 0; n < a.length; n += 3) {
		const [first, second] = [hsv(a, n), hsv(b, n)];
		const hue = Math.abs(first[0] - second[0]);
		sum += Math.min(hue, 180 - hue) + Math.abs(first[1] - second[1]) + Math.abs(first[2] - second[2]);
	}
	return sum / a.length;
};

/** Hue, saturation and value as OpenCV has them for bytes. */
const hsv = (cells: Uint8Array, n: number): [number, number, number] => {
	const [r, g, b] = [cells[n] as number, cells[n + 1] as number, cells[n + 2] as number];
	const value = Math.max(r, g, b);
	const spread = value - Math.min(r, g, b);
	if (spread === 0) return [0, 0, value];
	const sector = value === r ? (g - b) / spread : value === g ? 2 + (b - r) / spread : 4 + (r - g) / spread;
	return [(sector * 30 + 180) % 180, (255 * spread) / value, value];
};
