import type { Chunk, ChunkFrame } from '#shared/sampling/chunk.ts';
import type { ImageRow } from '#shared/sampling/image-rows.ts';
import { withSplit } from '#shared/sampling/split-tag.ts';
import { isSameSize, type Size } from '#shared/size.ts';
import { annotateFrame } from '#shared/supervisely/labels/frame-annotation.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';

import { bisectFailures } from './bisect-failures.ts';
import { findChanged } from './find-changed.ts';
import { tagSplits } from './tag-splits.ts';
import { type ImageLabels, uploadLabels } from './upload-labels.ts';

/** Sizes of a frame's picture in the video and of its image. */
export type Sizes = { from: Size; to: Size };

/** A frame with an image in the destination. */
export type AnnotatedFrame = { frame: ChunkFrame; imageId: number; sizes: Sizes };

/** Records a fault of a chunk. */
export type FaultAt = (reason: string, message: string, frame?: number) => void;

/** Images per call that uploads labels, the same as in the SDK. */
const annotationsPerCall = 50;

/** Converts the labels of a chunk's frames and uploads them. Refused labels become faults. */
export function makeAnnotator(supervisely: SuperviselyApi, chunk: Chunk, faultAt: FaultAt) {
	const notes: string[] = [];
	let labels = 0;
	const rows = new Map<number, Pick<ImageRow, 'labels' | 'objects' | 'notes'>>();
	/** Names of images whose split is not written, since they have labels. */
	const labelled: string[] = [];
	let sizeNoted = false;

	/** Notes once that the labels are for another picture size than the decoded one; their coordinates are kept. */
	const noteSize = (picture: Size | undefined): void => {
		const labelled = chunk.labels?.annotation.size;
		if (!picture || !labelled || sizeNoted || isSameSize(picture, labelled)) return;
		sizeNoted = true;
		const [declared, decoded] = [labelled, picture].map(({ width, height }) => `${width} x ${height}`);
		notes.push(
			`${chunk.video.name}: its labels are for pictures of ${declared} pixels, its pictures have ${decoded}: label coordinates are kept`,
		);
	};

	const convert = async (
		own: NonNullable<Chunk['labels']>,
		{ frame, imageId, sizes }: AnnotatedFrame,
	): Promise<ImageLabels & { frame: ChunkFrame }> => {
		const { annotation, specialFigures, faults, notes: remarks } = await annotateFrame(own, frame.index, sizes);
		for (const { reason, message } of faults) faultAt(reason, message, frame.index);
		notes.push(...remarks.map(note => `${chunk.video.name}, frame ${frame.index}: ${note}`));
		labels += annotation.objects.length + specialFigures.length;
		rows.set(frame.index, {
			labels: countClasses([...annotation.objects, ...specialFigures.map(({ head }) => head)]),
			objects: objectsOn(own.annotation, frame.index),
			notes: remarks,
		});
		annotation.tags = withSplit(annotation.tags, frame.split);
		return { annotation, specialFigures, imageId, frame };
	};

	/** Without copied labels only the tags of splits are written. */
	const tag = async (frames: { frame: ChunkFrame; imageId: number; size?: Size }[]): Promise<void> => {
		for (let at = 0; at < frames.length; at += annotationsPerCall) {
			const some = frames.slice(at, at + annotationsPerCall);
			const { left } = await tagSplits(supervisely, chunk.dataset, some, ({ index }, error) =>
				faultAt(error.reason, `its split was refused: ${error.message}`, index),
			);
			labelled.push(...left);
		}
	};

	return {
		/** Number of labels that were uploaded or already on the server. */
		labels: () => labels,
		/** The labels in the row of an image. */
		rowOf: (frame: number): Partial<ImageRow> => rows.get(frame) ?? {},
		/** Remarks on the labels that are not faults. */
		notes: () => [...notes, ...noteOfLabelled(chunk.video.name, labelled)],
		/** Writes the split of images that are there, where labels are not copied. */
		tagExisting: tag,
		/** @param isThere whether the images may already have these labels; only those that differ are then updated */
		annotate: async (frames: AnnotatedFrame[], isThere: boolean): Promise<void> => {
			if (!chunk.labels) return tag(frames.map(({ sizes, ...each }) => (isThere ? each : { ...each, size: sizes.to })));
			noteSize(frames[0]?.sizes.from);
			for (let at = 0; at < frames.length; at += annotationsPerCall) {
				const converted: (ImageLabels & { frame: ChunkFrame })[] = [];
				for (const each of frames.slice(at, at + annotationsPerCall)) converted.push(await convert(chunk.labels, each));
				const due = isThere ? await findChanged(supervisely, chunk.dataset, converted) : converted;
				await bisectFailures(
					due,
					some => uploadLabels(supervisely, chunk.dataset, some),
					({ frame, annotation, specialFigures }, error) => {
						labels -= annotation.objects.length + specialFigures.length;
						faultAt(error.reason, `its labels were refused: ${error.message}`, frame.index);
					},
				);
			}
		},
	};
}

const noteOfLabelled = (video: string, names: string[]): string[] => {
	const [first] = names;
	if (first === undefined) return [];
	const what = names.length === 1 ? `image ${first} has` : `${names.length} images, such as ${first}, have`;
	return [
		`${video}: ${what} labels and another split, or none: labels are not copied, so the tag stays as it is. The manifest has the split`,
	];
};

/** The number of labels by class. */
const countClasses = (labels: { classTitle: string }[]): NonNullable<ImageRow['labels']> => {
	const counts = new Map<string, number>();
	for (const { classTitle } of labels) counts.set(classTitle, (counts.get(classTitle) ?? 0) + 1);
	return [...counts].map(([name, count]) => ({ class: name, count }));
};

/** Ids of the objects with figures on a frame. */
const objectsOn = ({ frames }: NonNullable<Chunk['labels']>['annotation'], index: number): number[] => {
	const figures = frames.filter(frame => frame.index === index).flatMap(frame => frame.figures);
	const ids = figures.map(figure => (figure as { objectId?: unknown } | null)?.objectId);
	return [...new Set(ids.filter(id => typeof id === 'number'))];
};
