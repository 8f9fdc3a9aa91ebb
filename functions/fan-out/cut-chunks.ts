import { at } from '#shared/at.ts';
import { type Chunk, type ChunkFrame, chunkId } from '#shared/sampling/chunk.ts';
import type { ChunkQuality, FrameQuality } from '#shared/sampling/frame-quality.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import type { FramedAnnotation } from '#shared/supervisely/annotation/video-annotation.ts';
import { labelsOf } from '#shared/supervisely/labels/labels.ts';
import type { ProjectMeta } from '#shared/supervisely/meta/project-meta.ts';
import { makeDecodePlan } from '#shared/video/extract/make-decode-plan.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';
import { planChunks } from '#shared/video/plan-chunks.ts';
import { qualityOfChunks, windowsOf } from './chunk-quality.ts';

/** Maximum number of frames in a chunk that only updates labels. */
const framesPerLabelChunk = 500;

/** The frames of a chunk, and how they are decoded; null when only their labels are updated. */
export type ChunkPart = { frames: ChunkFrame[]; decodePlan: Chunk['decodePlan'] };

/** A video's annotation, and the classes and tags of the destination. */
export type Labelled = { annotation: Pick<FramedAnnotation, 'slice'>; meta: ProjectMeta };

/** A chunk with the labels of its frames. @param common what all chunks of a video have in common */
export function makeChunk(
	common: Omit<Chunk, 'id' | 'labels' | keyof ChunkPart>,
	id: string,
	{ frames, decodePlan }: ChunkPart,
	labelled: Labelled | undefined,
): Chunk {
	const indices = frames.map(frame => frame.index);
	const labels = labelled ? labelsOf(labelled.annotation.slice(indices), labelled.meta) : null;
	return { ...common, id, frames, decodePlan, labels };
}

/** Splits the frames to decode at key frames. */
function cutMissing(index: VideoIndex, frames: ChunkFrame[], framesPerChunk: number): ChunkPart[] {
	const missing = new Map(frames.filter(frame => frame.image === undefined).map(frame => [frame.index, frame]));
	return planChunks(index, [...missing.keys()], framesPerChunk).map(chunk => ({
		frames: chunk.frames.map(frame => missing.get(frame) as ChunkFrame),
		decodePlan: makeDecodePlan(index, chunk.runs),
	}));
}

/**
 * Splits all frames at key frames, whether their images exist or not: which of them are kept is decided by comparing
 * them. Frames of one window stay together.
 * @param windowOf the number of the window of a frame
 */
function cutByQuality(
	index: VideoIndex,
	frames: ChunkFrame[],
	framesPerChunk: number,
	windowOf: (frame: number) => number,
): ChunkPart[] {
	const byIndex = new Map(frames.map(frame => [frame.index, frame]));
	const parts: number[][] = [];
	for (const chunk of planChunks(index, [...byIndex.keys()], framesPerChunk)) {
		const before = parts.at(-1);
		const last = before && windowOf(at(before, before.length - 1));
		const begin = chunk.frames.findIndex(frame => windowOf(frame) !== last);
		before?.push(...(begin < 0 ? chunk.frames : chunk.frames.slice(0, begin)));
		if (begin >= 0) parts.push(chunk.frames.slice(begin));
	}
	return parts.map(part => ({
		frames: part.map(frame => byIndex.get(frame) as ChunkFrame),
		decodePlan: makeDecodePlan(index, at(planChunks(index, part, part.length, 'anywhere'), 0).runs),
	}));
}

/** Splits the frames whose images exist: only their labels are updated, if at all. */
function cutPresent(frames: ChunkFrame[], updatesLabels: boolean): ChunkPart[] {
	const present = updatesLabels ? frames.filter(frame => frame.image !== undefined) : [];
	return Array.from({ length: Math.ceil(present.length / framesPerLabelChunk) }, (_, at) => ({
		frames: present.slice(at * framesPerLabelChunk, (at + 1) * framesPerLabelChunk),
		decodePlan: null,
	}));
}

/** A chunk of a video with its id. */
export type IdentifiedPart = ChunkPart & { id: string; quality?: ChunkQuality };

/** Splits the frames of a video into chunks. @param rules by which the chunks choose among their frames */
export function cutParts(
	index: VideoIndex,
	{
		video,
		frames,
		annotation,
		updatesLabels,
	}: { video: number; frames: ChunkFrame[]; annotation: FramedAnnotation | undefined; updatesLabels: boolean },
	rules: FrameQuality | undefined,
	{ settings, framesPerChunk }: { settings: Settings; framesPerChunk: number },
): IdentifiedPart[] {
	const identified = (part: ChunkPart): IdentifiedPart => {
		const indices = part.frames.map(frame => frame.index);
		return { ...part, id: chunkId(video, indices, part.decodePlan ? 'decode' : 'labels', settings) };
	};
	if (!rules)
		return [...cutMissing(index, frames, framesPerChunk), ...cutPresent(frames, updatesLabels)].map(identified);
	const windowOf = windowsOf(index, rules);
	const parts = cutByQuality(index, frames, framesPerChunk, windowOf).map(identified);
	const qualities = qualityOfChunks(rules, parts, { windowOf, labels: annotation?.labels });
	return parts.map((part, n) => ({ ...part, quality: at(qualities, n) }));
}
