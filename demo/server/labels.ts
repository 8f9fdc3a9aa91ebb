import * as z from 'zod';
import type { Size } from '#shared/size.ts';
import { badRequest } from './api-error.ts';
import { isWithin, parseGeometry } from './geometry.ts';
import type { ObjectClass, ProjectMeta } from './project-meta.ts';
import type { ImageAnnotationRecord, JsonObject, LabelRecord } from './records.ts';
import { readTags, tagSchema } from './tags.ts';

const size = z.object({ width: z.number().int().positive(), height: z.number().int().positive() });

/** What labels and figures have in common when they are posted. */
export const labelFields = {
	classTitle: z.string().optional(),
	geometryType: z.string().optional(),
	shape: z.string().optional(),
	description: z.string().nullish(),
	tags: z.array(tagSchema).nullish(),
	nnCreated: z.boolean().nullish(),
	nnUpdated: z.boolean().nullish(),
	instance: z.string().nullish(),
};

const labelSchema = z.looseObject(labelFields);

/** An image's annotation as it is posted: geometry keys flattened into the labels, coordinates sub-pixel. */
export const imageAnnotationSchema = z.object({
	description: z.string().nullish(),
	size,
	tags: z.array(tagSchema).default([]),
	objects: z.array(labelSchema),
});

/** What a posted label is checked against. `size` is the image's, in pixels; null: labels may lie outside the image. */
export type Surroundings = {
	meta: ProjectMeta;
	size: Size | null;
	newId: () => number;
	at: string;
};

/** Checks a posted annotation and makes its record. @throws ApiError 400 at the first thing that is wrong. */
export function readImageAnnotation(
	imageId: number,
	posted: z.infer<typeof imageAnnotationSchema>,
	surroundings: Surroundings,
): ImageAnnotationRecord {
	const { meta, newId, at } = surroundings;
	return {
		imageId,
		description: posted.description ?? '',
		size: posted.size,
		tags: readTags(posted.tags, meta, newId),
		labels: posted.objects.map(each => {
			if (each.classTitle === undefined) throw badRequest('A label needs a classTitle');
			return readLabel(each, each, classTitled(meta, each.classTitle), surroundings);
		}),
		createdAt: at,
		updatedAt: at,
	};
}

/**
 * Checks one label or figure and makes its record.
 * @param source the object that holds the geometry's keys; null for a figure whose geometry is uploaded later.
 * @throws ApiError 400
 */
export function readLabel(
	posted: z.infer<typeof labelSchema>,
	source: JsonObject | null,
	ofClass: ObjectClass,
	{ meta, size, newId, at }: Surroundings,
): LabelRecord {
	const geometryType = posted.geometryType ?? posted.shape;
	if (geometryType === undefined) throw badRequest('A label needs a geometryType');
	if (posted.shape !== undefined && posted.shape !== geometryType) {
		throw badRequest(`geometryType ${geometryType} and shape ${posted.shape} must be the same`);
	}
	return {
		id: newId(),
		classTitle: ofClass.title,
		geometryType,
		geometry: source ? readGeometry(geometryType, source, ofClass, size) : {},
		description: posted.description ?? '',
		tags: readTags(posted.tags ?? [], meta, newId),
		nnCreated: posted.nnCreated ?? false,
		nnUpdated: posted.nnUpdated ?? false,
		...(posted.instance ? { instance: posted.instance } : {}),
		createdAt: at,
		updatedAt: at,
	};
}

/** Checks a geometry and its place on the image. @throws ApiError 400 */
export function readGeometry(
	type: string,
	source: JsonObject,
	ofClass: { title: string; shape: string },
	size: Size | null,
): JsonObject {
	const { geometry, box } = parseGeometry(type, source, ofClass);
	if (box && size && !isWithin(box, size)) {
		const place = `(${box.left}, ${box.top}) to (${box.right}, ${box.bottom})`;
		throw badRequest(
			`A ${type} of class ${JSON.stringify(ofClass.title)} from ${place} is out of the bounds of the image, ${size.width} x ${size.height}`,
		);
	}
	return geometry;
}

/** The class with that title. @throws ApiError 400 when the project has none. */
export function classTitled(meta: ProjectMeta, title: string): ObjectClass {
	const found = meta.classes.find(each => each.title === title);
	if (!found) throw badRequest(`The project has no class ${JSON.stringify(title)}`);
	return found;
}
