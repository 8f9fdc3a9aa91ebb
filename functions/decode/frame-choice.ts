import type { ChunkFrame } from '#shared/sampling/chunk.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import { type ChunkQuality, type Dropped, type DropReason, noneDropped } from '#shared/sampling/frame-quality.ts';
import { type ImageRows, imageRowsSchema } from '#shared/sampling/image-rows.ts';
import { keys } from '#shared/sampling/keys.ts';
import type { StateStore } from '#shared/state-store.ts';
import { recyclePixels } from '#shared/video/extract/picture.ts';
import type { Frame } from '#shared/video/extract/run-decoder.ts';
import { type Extract, type FrameScores, keptFrames } from './kept-frames.ts';
import { makeQualityFilter } from './quality-filter.ts';

/** Decides by quality rules which frames of a chunk are kept. Continues from the chunk before, if there is one. */
export async function openChoice(store: Pick<StateStore, 'read'>, sampling: string, quality: ChunkQuality) {
	const before =
		quality.previous === null
			? undefined
			: await readDocument(store, keys.imageRows(sampling, quality.previous), imageRowsSchema);
	const filter = makeQualityFilter(quality.rules, before?.lastHash ?? undefined);
	const dropped = new Map<number, DropReason>();
	const scores = new Map<number, FrameScores>();

	return {
		isDropped: (frame: number): boolean => dropped.has(frame),
		/** The scores of a kept frame. */
		scoresOf: (frame: number): FrameScores | undefined => scores.get(frame),
		/** The number of dropped frames, by reason. */
		dropped: (): Dropped => {
			const counts = { ...noneDropped };
			for (const reason of dropped.values()) counts[reason]++;
			return counts;
		},
		/** What the next chunk and later samplings need to know. */
		decided: (): Pick<ImageRows, 'dropped' | 'lastHash'> => ({
			dropped: [...dropped].map(([frame, reason]) => ({ frame, reason })).sort((a, b) => a.frame - b.frame),
			lastHash: filter.lastHash() ?? null,
		}),
		/**
		 * The kept frames that have no image.
		 * @param has whether a frame has an image
		 * @param there gets the kept frames that have one
		 */
		missingFrames: async function* <Lost>(
			extract: Extract<ChunkFrame, Lost>,
			wanted: ChunkFrame[],
			{ concurrency, has, there }: { concurrency: number; has: (frame: ChunkFrame) => boolean; there: ChunkFrame[] },
		): AsyncGenerator<Frame, Lost[]> {
			const byIndex = new Map(wanted.map(frame => [frame.index, frame]));
			const kept = keptFrames(extract, wanted, quality, filter, {
				concurrency,
				onVerdict: ({ index, verdict }, found) => {
					if (verdict === 'kept') scores.set(index, found);
					else dropped.set(index, verdict);
				},
			});
			try {
				for (;;) {
					const { value, done } = await kept.next();
					if (done) return value;
					const frame = byIndex.get(value.index) as ChunkFrame;
					if (!has(frame)) yield value;
					else {
						there.push(frame);
						recyclePixels(value.bytes);
					}
				}
			} finally {
				await kept.return([]);
			}
		},
	};
}
