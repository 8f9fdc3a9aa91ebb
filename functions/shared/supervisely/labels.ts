import { z } from 'zod';
import { type ProjectMeta, projectMetaSchema } from './project-meta.ts';
import { samplingTags } from './sampling-tags.ts';
import { sliceAnnotation, type VideoAnnotation, videoAnnotationSchema } from './video-annotation.ts';

/** What it takes to label some frames of a video: their annotation, and what the destination knows of its classes and tags. */
export const labelsSchema = z.strictObject({ annotation: videoAnnotationSchema, meta: projectMetaSchema });
export type Labels = z.output<typeof labelsSchema>;

/**
 * The part of a video's annotation that some frames need, with the classes and tags that it names.
 * @param meta of the destination
 */
export const labelsOf = (annotation: VideoAnnotation, meta: ProjectMeta, indices: Iterable<number>): Labels => {
	const part = sliceAnnotation(annotation, indices);
	const titles = new Set(part.objects.map(({ classTitle }) => classTitle));
	const names = new Set(
		[part, ...part.objects, { tags: samplingTags }].flatMap(({ tags }) => tags.map(tag => tag.name)),
	);
	const classes = meta.classes.filter(({ title }) => titles.has(title));
	return { annotation: part, meta: { classes, tags: meta.tags.filter(({ name }) => names.has(name)) } };
};
