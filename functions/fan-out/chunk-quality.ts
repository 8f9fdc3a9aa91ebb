import { at } from '#shared/at.ts';
import type { ChunkFrame } from '#shared/sampling/chunk.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import type { ChunkQuality, FrameQuality } from '#shared/sampling/frame-quality.ts';
import { keptFramesSchema } from '#shared/sampling/image-rows.ts';
import { keys } from '#shared/sampling/keys.ts';
import { fingerprintOf } from '#shared/sampling/label-fingerprint.ts';
import { parseDuration } from '#shared/sampling/select/duration.ts';
import type { Fraction } from '#shared/sampling/select/fraction.ts';
import { frameTimes, periodsSince } from '#shared/sampling/select/frame-times.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import type { StateStore } from '#shared/state-store.ts';
import type { FramedAnnotation } from '#shared/supervisely/annotation/video-annotation.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';

/** The number of the window that a frame is in; without windows each frame has its own. */
export function windowsOf(index: VideoIndex, { sharpestOf }: FrameQuality): (frame: number) => number {
	if (sharpestOf === undefined) return frame => frame;
	const times = frameTimes(index);
	const length = parseDuration(sharpestOf) as Fraction;
	return frame => Number(periodsSince(times, frame, 0, length));
}

/**
 * The quality rules of each chunk of a video, and what they need. Where near duplicates are dropped, each chunk but the
 * first waits for the previous one, as its first frame is compared with the last frame kept there.
 * @param parts the chunks, each with its id
 */
export function qualityOfChunks(
	rules: FrameQuality,
	parts: { id: string; frames: ChunkFrame[] }[],
	{ windowOf, labels }: { windowOf: (frame: number) => number; labels: FramedAnnotation['labels'] | undefined },
): ChunkQuality[] {
	const isLinked = rules.dropNearDuplicates !== undefined;
	return parts.map(({ frames }, n) => {
		const indices = frames.map(({ index }) => index);
		return {
			rules,
			labelled: rules.evenLabelled || !labels ? [] : indices.filter(labels.hasFigures),
			windows: rules.sharpestOf === undefined ? [] : indices.map(windowOf),
			previous: isLinked && n > 0 ? at(parts, n - 1).id : null,
			next: isLinked && n + 1 < parts.length ? at(parts, n + 1).id : null,
		};
	});
}

/** Key of the document with the frames of a video that the quality rules keep; made of all that they depend on. */
export function keptFramesKey(
	video: { id: number; version: string },
	settings: Settings,
	annotation: Pick<FramedAnnotation, 'hash'> | undefined,
): string {
	const { start, end, step, annotated, annotatedByTags, select, minDistance, around, frameQuality } = settings;
	const chosenBy = { start, end, step, annotated, annotatedByTags, select, minDistance, around, frameQuality };
	return keys.keptFrames(video.id, video.version, fingerprintOf([chosenBy, annotation?.hash]).slice(0, 16));
}

/** The frames that the quality rules kept in an earlier sampling; undefined if there was none. */
export async function readKeptFrames(store: StateStore, key: string): Promise<Set<number> | undefined> {
	const found = await readDocument(store, key, keptFramesSchema);
	return found && new Set(found.frames);
}
