import type { VideoIndex } from './index/video-index.ts';

/** The columns of an index needed for planning. */
export type Ordered = Pick<VideoIndex, 'pts' | 'key' | 'shown'>;

/** Positions in decode order, both inclusive. */
export type Run = [first: number, last: number];

/** A part of the selection that is decoded together, and the runs of pictures to decode for it. */
export type PlannedChunk = { frames: number[]; runs: Run[] };

/** Frames that are decoded from one key picture, and the last picture to decode for them. */
export type Group = { key: number; last: number; frames: number[] };

/** Largest number of chunks of a video, so that one S3 listing counts them. */
export const mostChunks = 1000;

/** A group of pictures longer than this many chunks is cut, and each part is decoded from the key again. */
const longestInChunks = 4;

/** Cost of decoding a picture, relative to encoding and uploading a frame. */
const decodingCost = 0.12;

/**
 * Splits a selection at key frames into chunks of about equal cost, so that few pictures are decoded twice. Groups of
 * pictures without a selected frame are neither fetched nor decoded, and the others only up to the last selected frame:
 * if only key frames are selected, only these are decoded. Pure.
 * @param selection frame indices in order, all below `index.shown.length`
 * @param framesPerChunk most frames of a chunk that decodes nothing else, unless a single group of pictures is longer
 * @param cut `anywhere` cuts after every `framesPerChunk` frames, whatever the key frames; for tests
 */
export function planChunks(
	index: Ordered,
	selection: number[],
	framesPerChunk: number,
	cut: 'at-keys' | 'anywhere' = 'at-keys',
): PlannedChunk[] {
	if (cut === 'anywhere') {
		const parts = Math.ceil(selection.length / framesPerChunk);
		return Array.from({ length: parts }, (_, n) =>
			toChunk(index, groupsOf(index, selection.slice(n * framesPerChunk, (n + 1) * framesPerChunk))),
		);
	}
	const wanted = Math.max(framesPerChunk, Math.ceil((2 * selection.length) / mostChunks));
	const groups = groupsOf(index, selection).flatMap(group => cutGroup(index, group, wanted * longestInChunks));
	const total = groups.reduce((sum, group) => sum + costOf(group), 0);
	const budget = Math.max(framesPerChunk * (1 + decodingCost), (2 * total) / mostChunks);
	const even = total / Math.max(1, Math.ceil(total / budget - 1e-9));
	const chunks: Group[][] = [];
	let cost = Number.POSITIVE_INFINITY;
	for (const group of groups) {
		const next = costOf(group);
		// As close to an equal share as groups allow, at most one group above the budget.
		if (cost + next > budget + 1e-9 || cost + next / 2 > even + 1e-9) {
			chunks.push([]);
			cost = 0;
		}
		chunks.at(-1)?.push(group);
		cost += next;
	}
	return chunks.map(chunk => toChunk(index, chunk));
}

/** Groups the selection by the key pictures from which frames are decoded. */
export function groupsOf(index: Ordered, selection: number[]): Group[] {
	const keyOf = governingKeys(index);
	const groups: Group[] = [];
	for (const frame of selection) {
		const [key, position] = [keyOf(frame), index.shown[frame] as number];
		let group = groups.at(-1);
		if (group?.key !== key) {
			group = { key, last: position, frames: [] };
			groups.push(group);
		}
		group.frames.push(frame);
		group.last = Math.max(group.last, position);
	}
	return groups;
}

const costOf = ({ key, last, frames }: Group): number => frames.length + (last - key + 1) * decodingCost;

/** Splits a group that is much longer than a chunk; each part is decoded from the key again. */
const cutGroup = (index: Ordered, group: Group, most: number): Group[] =>
	group.frames.length <= most
		? [group]
		: Array.from({ length: Math.ceil(group.frames.length / most) }, (_, n) => {
				const frames = group.frames.slice(n * most, (n + 1) * most);
				return { key: group.key, last: Math.max(...frames.map(frame => index.shown[frame] as number)), frames };
			});

const toChunk = (index: Ordered, groups: Group[]): PlannedChunk => {
	const runs: Run[] = [];
	for (const { key, last } of groups) {
		const run = runs.at(-1);
		// An open group needs pictures before it, so it can't begin a new run.
		if (run && (key <= run[1] + 1 || isOpen(index, key))) run[1] = Math.max(run[1], last);
		else runs.push([key, last]);
	}
	return { frames: groups.flatMap(({ frames }) => frames), runs };
};

/** Whether a key is followed in decode order by leading pictures, which are shown before it. */
const isOpen = ({ pts, key }: Ordered, at: number): boolean =>
	at + 1 < pts.length && !key[at + 1] && (pts[at + 1] as number) < (pts[at] as number);

/**
 * The key picture from which a frame is decoded: the last one before it in decode order that is also shown no later.
 * (A leading picture of an open group is shown before its key and needs the group before.)
 */
const governingKeys = ({ pts, key, shown }: Ordered) => {
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
