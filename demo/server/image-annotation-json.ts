import type { Size } from '#shared/size.ts';
import { datasetOf, projectOf } from './context.ts';
import { toPixel } from './coordinates.ts';
import { tagsWithIds } from './entity-json.ts';
import type { ImageAnnotationRecord, ImageRecord, JsonObject, LabelRecord, ProjectRecord } from './records.ts';
import type { Store } from './store.ts';

/** The annotation of an image; an empty one if none is stored. */
export function annotationOf(store: Store, image: ImageRecord): ImageAnnotationRecord {
	const blob = store.blobs.get(image.hash);
	return (
		store.imageAnnotations.get(image.id) ?? {
			imageId: image.id,
			description: '',
			size: { width: blob?.width ?? 0, height: blob?.height ?? 0 },
			tags: [],
			labels: [],
			createdAt: image.createdAt,
			updatedAt: image.updatedAt,
		}
	);
}

/**
 * An image's annotation as `annotations.info` shows it, with this server's ids. Alpha masks are without their bitmaps,
 * which `figures.bulk.download.geometry` returns.
 * @param integerCoords true for pixel coordinates, false for sub-pixel ones.
 */
export function imageAnnotationJson(store: Store, image: ImageRecord, integerCoords: boolean): JsonObject {
	const annotation = annotationOf(store, image);
	const project = projectOf(store, datasetOf(store, image.datasetId).projectId);
	return {
		imageId: image.id,
		imageName: image.name,
		datasetId: image.datasetId,
		createdAt: annotation.createdAt,
		updatedAt: annotation.updatedAt,
		annotation: {
			description: annotation.description,
			size: annotation.size,
			tags: tagsWithIds(store, project.id, annotation.tags),
			objects: annotation.labels.map(label =>
				labelJson(store, project, label, { pixels: integerCoords ? annotation.size : null, masks: false }),
			),
			customBigData: {},
		},
	};
}

/**
 * One label with its geometry flattened into it.
 * @param options.pixels the size of the picture for pixel coordinates, null for sub-pixel ones.
 * @param options.masks whether alpha masks have their bitmap.
 */
export function labelJson(
	store: Store,
	project: ProjectRecord,
	{ geometry, tags, ...fields }: LabelRecord,
	options: { pixels: Size | null; masks: boolean },
): JsonObject {
	const placed = options.pixels ? toPixel(fields.geometryType, geometry, options.pixels) : geometry;
	return {
		...fields,
		shape: fields.geometryType,
		classId: project.meta.classes.find(each => each.title === fields.classTitle)?.id ?? null,
		tags: tagsWithIds(store, project.id, tags),
		...(fields.geometryType === 'alpha_mask' && !options.masks ? {} : placed),
	};
}
