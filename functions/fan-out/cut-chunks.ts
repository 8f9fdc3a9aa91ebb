import type { Chunk, ChunkFrame } from '#shared/sampling/chunk.ts';
import { makeDecodePlan } from '#shared/video/extract/make-decode-plan.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';
import { planChunks } from '#shared/video/plan-chunks.ts';

/** Maximum number of frames in a chunk that only updates labels. */
const framesPerLabelChunk = 500;

/** The frames of a chunk, and how they are decoded; null when only their labels are updated. */
export type ChunkPart = { frames: ChunkFrame[]; decodePlan: Chunk['decodePlan'] };

/** Splits the frames to decode at key frames. */
export function cutMissing(index: VideoIndex, frames: ChunkFrame[], framesPerChunk: number): ChunkPart[] {
	const missing = new Map(frames.filter(frame => frame.image === undefined).map(frame => [frame.index, frame]));
	return planChunks(index, [...missing.keys()], framesPerChunk).map(chunk => ({
		frames: chunk.frames.map(frame => missing.get(frame) as ChunkFrame),
		decodePlan: makeDecodePlan(index, chunk.runs),
	}));
}

/** Splits the frames whose images exist: only their labels are updated, if at all. */
export function cutPresent(frames: ChunkFrame[], updatesLabels: boolean): ChunkPart[] {
	const present = updatesLabels ? frames.filter(frame => frame.image !== undefined) : [];
	return Array.from({ length: Math.ceil(present.length / framesPerLabelChunk) }, (_, at) => ({
		frames: present.slice(at * framesPerLabelChunk, (at + 1) * framesPerLabelChunk),
		decodePlan: null,
	}));
}
