import type { VideoIndex } from './index/video-index.ts';

/** A run of a video's selection that is decoded at once; positions are in decode order, both inclusive. */
export type PlannedChunk = { frames: number[]; first: number; last: number };

/** Chunks of one video at the most, so that counting them never takes more than one listing. */
export const mostChunks = 1000;

/** A group of pictures may outgrow the wanted chunk this many times before it is cut and decoded from its key again. */
const longestInChunks = 4;

/**
 * Cuts a selection into chunks at key frames, so that no picture is decoded for two chunks without need and groups of
 * pictures without a selected frame are neither fetched nor decoded. Pure.
 * @param selection frame indices in order, all below `index.shown.length`
 * @param framesPerChunk frames that one chunk has at the most, except where a single group of pictures is longer
 * @param cut `anywhere` cuts after every `framesPerChunk` frames, wherever key frames are: for seeing that it makes no difference
 */
export const planChunks = (
	index: Pick<VideoIndex, 'pts' | 'key' | 'shown'>,
	selection: number[],
	framesPerChunk: number,
	cut: 'at-keys' | 'anywhere' = 'at-keys',
): PlannedChunk[] => {
	const wanted = Math.max(framesPerChunk, Math.ceil(selection.length / mostChunks));
	const keyOf = governingKeys(index);
	const chunks: PlannedChunk[] = [];
	let open: PlannedChunk | undefined;
	let openKey = -1;
	for (const [at, frame] of selection.entries()) {
		const position = index.shown[frame] as number;
		const key = keyOf(frame);
		const isFull =
			open !== undefined && open.frames.length >= (cut === 'anywhere' ? framesPerChunk : wanted * longestInChunks);
		const isFullWithNext = () =>
			open !== undefined && open.frames.length + framesUntilKeyChanges(selection, at, keyOf) > wanted;
		if (isFull || (cut === 'at-keys' && key !== openKey && isFullWithNext())) open = undefined;
		openKey = key;
		if (!open) {
			open = { frames: [], first: key, last: position };
			chunks.push(open);
		}
		open.frames.push(frame);
		open.first = Math.min(open.first, key);
		open.last = Math.max(open.last, position);
	}
	return chunks;
};

const framesUntilKeyChanges = (selection: number[], from: number, keyOf: (frame: number) => number): number => {
	const key = keyOf(selection[from] as number);
	let count = 0;
	while (from + count < selection.length && keyOf(selection[from + count] as number) === key) count++;
	return count;
};

/**
 * The key picture from which a frame is decoded: the last one before it in decode order that is also shown no later.
 * (A leading picture of an open group is shown before its key and needs the group before.)
 */
const governingKeys = ({ pts, key, shown }: Pick<VideoIndex, 'pts' | 'key' | 'shown'>) => {
	const lastKey = new Int32Array(pts.length);
	const keyBefore = new Int32Array(pts.length);
	let last = -1;
	for (let at = 0; at < pts.length; at++) {
		if (key[at]) {
			keyBefore[at] = last;
			last = at;
		}
		lastKey[at] = last;
	}
	return (frame: number): number => {
		const position = shown[frame] as number;
		let found = lastKey[position] as number;
		while (found > 0 && (pts[found] as number) > (pts[position] as number)) found = keyBefore[found] as number;
		return Math.max(0, found);
	};
};
