import * as z from 'zod';

const creation = {
	labelerLogin: z.string().nullish(),
	createdAt: z.string().nullish(),
	updatedAt: z.string().nullish(),
};

const tagSchema = z.object({
	name: z.string(),
	value: z.union([z.string(), z.number(), z.boolean()]).nullish(),
	frameRange: z.tuple([z.number().int(), z.number().int()]).nullish(),
	isFinished: z.boolean().nullish(),
	nonFinalValue: z.boolean().nullish(),
	...creation,
});

const objectSchema = z.object({
	key: z.string().optional(),
	id: z.number().int().optional(),
	classTitle: z.string(),
	tags: z.array(tagSchema).default([]),
	...creation,
});

const figureSchema = z.object({
	objectKey: z.string().optional(),
	objectId: z.number().int().optional(),
	geometryType: z.string(),
	geometry: z.record(z.string(), z.unknown()),
	trackId: z.union([z.string(), z.number()]).nullish(),
	priority: z.number().nullish(),
	smartToolInput: z.unknown().optional(),
	nnCreated: z.boolean().nullish(),
	nnUpdated: z.boolean().nullish(),
	...creation,
});

const annotationSchema = z.object({
	size: z.object({ width: z.number().int(), height: z.number().int() }),
	framesCount: z.number().int().min(0).nullish(),
	description: z.string().nullish(),
	tags: z.array(tagSchema).default([]),
	objects: z.array(objectSchema).default([]),
	frames: z.array(z.object({ index: z.number().int().min(0), figures: z.array(figureSchema).default([]) })).default([]),
});

export type VideoTagInFile = z.infer<typeof tagSchema>;
export type VideoFigureInFile = Omit<z.infer<typeof figureSchema>, 'objectKey' | 'objectId'> & {
	/** Position of the figure's object in `objects`. */
	object: number;
};

/** A video's annotation from a project folder, in pixel coordinates; figures refer to their object by its position. */
export type VideoAnnotationInFile = Omit<z.infer<typeof annotationSchema>, 'frames'> & {
	frames: { index: number; figures: VideoFigureInFile[] }[];
};

/**
 * Parses an annotation file as `VideoAnnotation.to_json` writes it. Figures name their object by key, or by id in files
 * without keys. Geometries are not checked.
 * @throws Error that says what is wrong.
 */
export function parseVideoAnnotation(
	json: unknown,
	meta: { classes: { title: string }[]; tags: { name: string }[] },
): VideoAnnotationInFile {
	const annotation = annotationSchema.parse(json);
	const classes = new Set(meta.classes.map(each => each.title));
	const tags = new Set(meta.tags.map(each => each.name));
	for (const tag of [...annotation.tags, ...annotation.objects.flatMap(each => each.tags)]) {
		if (!tags.has(tag.name)) throw new Error(`tag ${JSON.stringify(tag.name)} is not in meta.json`);
	}
	const byKey = new Map<string, number>();
	const byId = new Map<number, number>();
	for (const [i, object] of annotation.objects.entries()) {
		if (!classes.has(object.classTitle))
			throw new Error(`class ${JSON.stringify(object.classTitle)} is not in meta.json`);
		if (object.key !== undefined) byKey.set(plainKey(object.key), i);
		if (object.id !== undefined) byId.set(object.id, i);
	}
	const seen = new Set<number>();
	const frames = annotation.frames.map(({ index, figures }) => {
		if (seen.has(index)) throw new Error(`frame ${index} is listed twice`);
		seen.add(index);
		return {
			index,
			figures: figures.map(({ objectKey, objectId, ...figure }) => {
				const object = byKey.get(plainKey(objectKey ?? '')) ?? byId.get(objectId ?? -1);
				if (object === undefined) throw new Error(`a figure on frame ${index} refers to no object of the file`);
				return { ...figure, object };
			}),
		};
	});
	return { ...annotation, frames };
}

/** UUIDs are the same with and without dashes. */
const plainKey = (key: string): string => key.replaceAll('-', '').toLowerCase();
