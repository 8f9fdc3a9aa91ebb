import { messageOf } from '#shared/errors.ts';
import type { Chunk, ChunkFrame } from '#shared/sampling/chunk.ts';
import { type ImageRow, imageRow } from '#shared/sampling/image-rows.ts';
import { isSameSize, type Size, targetSize } from '#shared/size.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';

import { type AnnotatedFrame, type FaultAt, makeAnnotator, type Sizes } from './annotate-images.ts';
import { bisectFailures } from './bisect-failures.ts';
import { type FrameImage, makeChunkImages } from './chunk-images.ts';
import { type ChunkWork, makeChunkWork } from './chunk-work.ts';

export type EncodedFrame = FrameImage & { sizes: Sizes };

/**
 * Uploads the frames of one chunk to the destination, with their labels.
 * @param work records the times of uploading and of labels, and the uploaded bytes
 */
export function makeUploader(
	supervisely: SuperviselyApi,
	chunk: Chunk,
	faultAt: FaultAt,
	work: ChunkWork = makeChunkWork(),
) {
	const images = makeChunkImages(supervisely, chunk, work);
	const annotator = makeAnnotator(supervisely, chunk, faultAt);
	const { labels, notes } = annotator;
	/** Sizes of uploaded images. */
	const uploadedSizes = new Map<number, Size>();
	const annotate: typeof annotator.annotate = (...frames) =>
		work.during('annotate', () => annotator.annotate(...frames));
	/** Indices of the frames that are uploaded or refused. */
	const done = new Set<number>();
	let kept = 0;
	/** Resolves when the images of all earlier uploads are added. */
	let lastAdded: Promise<void> = Promise.resolve();

	/**
	 * Sizes for an existing image. An image of another size comes from a sampling with another `resize`, so labels are
	 * scaled to its size; swapped sides mean that the size of the labels is the one before rotation.
	 */
	const sizesOf = (frame: ChunkFrame, { width, height }: Size): Sizes => {
		const { resize } = chunk.settings;
		const to = images.sizeOf(frame) ?? targetSize(resize, { width, height });
		const isTurned = !resize && to.width === height && to.height === width;
		return { from: isTurned ? to : { width, height }, to };
	};

	const withImage = ({ frame, sizes }: { frame: ChunkFrame; sizes: Sizes }): AnnotatedFrame => {
		return { frame, sizes, imageId: images.idOf(frame) };
	};

	/** Uploads images; those that the server refuses permanently, or whose name is taken, become faults. */
	const uploadImages = async (frames: EncodedFrame[], turn: Promise<void>): Promise<EncodedFrame[]> => {
		const added: EncodedFrame[] = [];
		await bisectFailures(
			frames,
			async some => {
				await images.upload(some, turn);
				added.push(...some.filter(({ frame }) => images.has(frame)));
			},
			({ frame }, error) => faultAt(error.reason, messageOf(error), frame.index),
		);
		for (const { frame } of frames) {
			if (!images.isTaken(frame)) continue;
			faultAt('name-taken', `The dataset has an image ${frame.name} of another video`, frame.index);
		}
		return added;
	};

	/** Keeps the images that have the wanted size, and uploads the others. @returns the frames of the new images */
	const addImages = async (frames: EncodedFrame[], turn: Promise<void>): Promise<EncodedFrame[]> => {
		const [there, missing] = [frames.filter(hasWantedSize), frames.filter(each => !hasWantedSize(each))];
		for (const { frame } of there) images.keep(frame, frame.replaces as number);
		kept += there.length;
		await annotate(there.map(withImage), true);
		return uploadImages(missing, turn);
	};

	return {
		done: done as ReadonlySet<number>,
		has: images.has,
		findExisting: images.findExisting,
		uploaded: images.uploaded,
		/** Number of frames whose image was to be replaced, but already had the wanted size. */
		kept: () => kept,
		...{ labels, notes },
		/** The rows of those frames that have an image. */
		rows: (frames: ChunkFrame[], scoresOf: (frame: number) => ImageRow['scores']): ImageRow[] =>
			frames.filter(images.has).map(frame => ({
				...imageRow(frame, images.idOf(frame), chunk.timeOffset),
				size: uploadedSizes.get(frame.index) ?? images.sizeOf(frame) ?? null,
				sha256: images.hashOf(frame),
				scores: scoresOf(frame.index),
				...annotator.rowOf(frame.index),
			})),
		/** Updates the labels of frames whose images exist. */
		annotateExisting: async (frames: ChunkFrame[]): Promise<void> => {
			const size = chunk.labels?.annotation.size;
			if (!size) {
				const tagged = frames.map(frame => ({ frame, imageId: images.idOf(frame) }));
				return work.during('annotate', () => annotator.tagExisting(tagged));
			}
			const existing = frames.map(frame => withImage({ frame, sizes: sizesOf(frame, size) }));
			await annotate(existing, true);
		},
		/** Several calls may run at the same time; their images are added in the order of the calls, as in the SDK. */
		upload: async (frames: EncodedFrame[]): Promise<void> => {
			const adding = addImages(frames, lastAdded);
			lastAdded = Promise.allSettled([lastAdded, adding]).then(() => {});
			const added = await adding;
			for (const { frame, sizes } of frames) uploadedSizes.set(frame.index, sizes.to);
			await annotate(added.map(withImage), false);
			for (const { frame } of frames) done.add(frame.index);
		},
	};
}

/** Whether the existing image of a frame, which was to be replaced, turns out to have the wanted size already. */
const hasWantedSize = ({ frame: { replaces, size }, sizes }: EncodedFrame): boolean =>
	replaces !== undefined && size !== undefined && isSameSize(size, sizes.to);
