import { z } from 'zod';
import { PermanentError } from '../errors.ts';
import { explain } from './explain.ts';

const id = z.int();

/** A tag of a video or of an object; `frameRange` is inclusive on both ends, absent: everywhere. */
const tagSchema = z.looseObject({
	name: z.string(),
	/** Whether it fits is for the tag's definition to say. */
	value: z.unknown().optional(),
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
	geometry: z.unknown(),
	/** Anything but null says that a tracker made the figure. */
	trackId: z.unknown().optional(),
});
export type VideoFigure = z.output<typeof figureSchema>;

/**
 * A video annotation, in pixel coordinates, as `videos.annotations.bulk.info` gives it. Unknown keys are kept.
 * Figures are read one by one when their frame's turn comes, so that a bad one harms no other.
 */
export const videoAnnotationSchema = z.looseObject({
	size: z.looseObject({ width: z.int().min(1), height: z.int().min(1) }),
	tags: z.array(tagSchema),
	objects: z.array(objectSchema).superRefine((objects, context) => {
		const known = new Set<number>();
		for (const [at, object] of objects.entries()) {
			if (known.has(object.id)) {
				context.addIssue({ code: 'custom', path: [at, 'id'], message: 'another object has this id' });
			}
			known.add(object.id);
		}
	}),
	frames: z.array(z.looseObject({ index: z.int().min(0), figures: z.array(z.unknown()).default([]) })),
});
export type VideoAnnotation = z.output<typeof videoAnnotationSchema>;

/** @throws PermanentError `unreadable` with path and value of what is malformed */
export const parseVideoAnnotation = (value: unknown): VideoAnnotation => {
	const result = videoAnnotationSchema.safeParse(value);
	if (result.success) return result.data;
	throw new PermanentError(
		'unreadable',
		`The video's annotation is malformed: ${explain(result.error, value, 'annotation')}`,
	);
};

/** @throws PermanentError `label` with path and value of what is malformed */
export const parseFigure = (value: unknown): VideoFigure => {
	const result = figureSchema.safeParse(value);
	if (result.success) return result.data;
	throw new PermanentError('label', explain(result.error, value, 'figure'));
};

/** Indices of the frames that have at least one figure. */
export const framesWithFigures = (annotation: VideoAnnotation): Set<number> =>
	new Set(annotation.frames.filter(({ figures }) => figures.length > 0).map(({ index }) => index));

/** The part of an annotation that some frames need: their figures, the objects of these, and all tags. */
export const sliceAnnotation = (annotation: VideoAnnotation, indices: Iterable<number>): VideoAnnotation => {
	const wanted = new Set(indices);
	const frames = annotation.frames.filter(({ index }) => wanted.has(index));
	const objects = new Set(
		frames.flatMap(({ figures }) => figures.map(figure => (figure as Partial<VideoFigure> | null)?.objectId)),
	);
	return { ...annotation, frames, objects: annotation.objects.filter(object => objects.has(object.id)) };
};
