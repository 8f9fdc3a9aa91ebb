import { z } from 'zod';
import { PermanentError } from '../errors.ts';

const id = z.int();

/** A tag of a video or of an object; `frameRange` is inclusive on both ends, absent: everywhere. */
const tagSchema = z.looseObject({
	name: z.string(),
	value: z.union([z.string(), z.number(), z.boolean(), z.null()]).optional(),
	frameRange: z.tuple([z.int(), z.int()]).nullish(),
	isFinished: z.boolean().nullish(),
	labelerLogin: z.string().nullish(),
});
export type VideoTag = z.output<typeof tagSchema>;

const objectSchema = z.looseObject({
	id,
	classTitle: z.string(),
	tags: z.array(tagSchema).default([]),
	labelerLogin: z.string().nullish(),
});
export type VideoObject = z.output<typeof objectSchema>;

const figureSchema = z.looseObject({
	id: id.nullish(),
	objectId: id,
	geometryType: z.string(),
	geometry: z.record(z.string(), z.unknown()),
	trackId: z.union([z.string(), z.number()]).nullish(),
});
export type VideoFigure = z.output<typeof figureSchema>;

/** A video annotation, in pixel coordinates, as `videos.annotations.bulk.info` gives it. Unknown keys are kept. */
export const videoAnnotationSchema = z.looseObject({
	size: z.looseObject({ width: z.int().min(1), height: z.int().min(1) }),
	tags: z.array(tagSchema),
	objects: z.array(objectSchema),
	frames: z.array(z.looseObject({ index: z.int().min(0), figures: z.array(figureSchema).default([]) })),
});
export type VideoAnnotation = z.output<typeof videoAnnotationSchema>;

/** @throws PermanentError `unreadable` with the path of what is malformed */
export const parseVideoAnnotation = (value: unknown): VideoAnnotation => {
	const result = videoAnnotationSchema.safeParse(value);
	if (result.success) return result.data;
	throw new PermanentError('unreadable', `The video's annotation is malformed: ${z.prettifyError(result.error)}`);
};

/** Indices of the frames that have at least one figure. */
export const framesWithFigures = (annotation: VideoAnnotation): Set<number> =>
	new Set(annotation.frames.filter(({ figures }) => figures.length > 0).map(({ index }) => index));

/** The part of an annotation that some frames need: their figures, the objects of these, and all tags. */
export const sliceAnnotation = (annotation: VideoAnnotation, indices: Iterable<number>): VideoAnnotation => {
	const wanted = new Set(indices);
	const frames = annotation.frames.filter(({ index }) => wanted.has(index));
	const objects = new Set(frames.flatMap(({ figures }) => figures.map(({ objectId }) => objectId)));
	return { ...annotation, frames, objects: annotation.objects.filter(object => objects.has(object.id)) };
};
