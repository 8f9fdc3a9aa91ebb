import type { PermanentError } from '#shared/errors.ts';
import type { ChunkFrame } from '#shared/sampling/chunk.ts';
import { splitTag, withSplit } from '#shared/sampling/split-tag.ts';
import type { Size } from '#shared/size.ts';
import type { ImageTag } from '#shared/supervisely/labels/frame-tags.ts';
import type { StoredAnnotation, SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { bisectFailures } from './bisect-failures.ts';
import { uploadLabels } from './upload-labels.ts';

/**
 * Writes the split of images whose labels are not copied. Other tags stay. An image with labels is left alone, since
 * its annotation can only be written as a whole.
 * @param frames `size`: that of an image that was added just now and has no labels; other images are looked up
 * @returns the names of images that are left with another split
 */
export async function tagSplits(
	supervisely: SuperviselyApi,
	dataset: number,
	frames: { frame: ChunkFrame; imageId: number; size?: Size }[],
	onRefused: (frame: ChunkFrame, error: PermanentError) => void,
): Promise<{ left: string[] }> {
	const wanted = frames.filter(({ frame }) => frame.split !== undefined);
	if (wanted.length === 0) return { left: [] };
	const there = wanted.filter(({ size }) => !size).map(({ imageId }) => imageId);
	const stored =
		there.length === 0 ? new Map<number, StoredAnnotation>() : await supervisely.annotations(dataset, there);
	const changed = wanted.flatMap(({ frame, imageId, size }) => {
		const found = stored.get(imageId);
		const annotated = found ?? (size && { size, tags: [], objects: [] });
		return annotated && splitsOf(annotated.tags).join() !== (frame.split ?? '') ? [{ frame, imageId, annotated }] : [];
	});
	const bare = changed.filter(({ annotated }) => annotated.objects.length === 0);
	await bisectFailures(
		bare,
		some =>
			uploadLabels(
				supervisely,
				dataset,
				some.map(({ frame, imageId, annotated }) => ({
					imageId,
					annotation: {
						description: '',
						...annotated,
						tags: withSplit(annotated.tags as ImageTag[], frame.split),
						objects: [],
						customBigData: {},
					},
					specialFigures: [],
				})),
			),
		({ frame }, error) => onRefused(frame, error),
	);
	const left = changed.filter(({ annotated }) => annotated.objects.length > 0);
	return { left: left.map(({ frame }) => frame.name) };
}

const splitsOf = (tags: StoredAnnotation['tags']) =>
	tags.filter(({ name }) => name === splitTag.name).map(({ value }) => value);
