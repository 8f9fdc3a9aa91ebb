import type * as z from 'zod';
import { storedObject } from '../../stored-object.ts';
import { type VideoAnnotation, videoAnnotationSchema } from '../annotation/video-annotation.ts';
import { type ProjectMeta, projectMetaSchema, samplingTags } from '../meta/project-meta.ts';

/** Data to label some frames of a video: their annotation, and the classes and tags of the destination. */
export const labelsSchema = storedObject({ annotation: videoAnnotationSchema, meta: projectMetaSchema });
export type Labels = z.output<typeof labelsSchema>;

/**
 * The labels for a part of a video's annotation, with the classes and tags that it uses.
 * @param meta of the destination
 */
export function labelsOf(annotation: VideoAnnotation, meta: ProjectMeta): Labels {
	const { objects, tags } = annotation;
	const titles = new Set(objects.map(({ classTitle }) => classTitle));
	const names = new Set(
		[...[{ tags }, ...objects].flatMap(each => each.tags), ...samplingTags].map(({ name }) => name),
	);
	const classes = meta.classes.filter(({ title }) => titles.has(title));
	return { annotation, meta: { classes, tags: meta.tags.filter(({ name }) => names.has(name)) } };
}
