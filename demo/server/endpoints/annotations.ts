import * as z from 'zod';
import type { Size } from '#shared/size.ts';
import { badRequest } from '../api-error.ts';
import { blobOf, type Context, datasetOf, imageOf, now, projectOf } from '../context.ts';
import { type Endpoints, id, jsonEndpoint } from '../endpoint.ts';
import { imageAnnotationJson } from '../image-annotation-json.ts';
import { imageAnnotationSchema, readImageAnnotation } from '../labels.ts';
import type { ImageRecord, Put } from '../records.ts';
import { imagesIn } from './images.ts';

const addBody = z.object({
	datasetId: id,
	annotations: z.array(z.object({ imageId: id, annotation: imageAnnotationSchema })),
	skipBoundsValidation: z.boolean().nullish(),
});

const infoBody = z.object({ datasetId: id, imageIds: z.array(id), integerCoords: z.boolean().nullish() });

/** `annotations.*` */
export function annotationEndpoints(context: Context): Endpoints {
	const { store } = context;
	return {
		/** Replaces the annotations of images of one dataset, either all or none. */
		'annotations.bulk.add': jsonEndpoint(addBody, body => {
			const images = imagesIn(
				context,
				body.datasetId,
				body.annotations.map(each => each.imageId),
			);
			if (new Set(images).size !== images.length) throw badRequest('An image is listed twice');
			const { meta } = projectOf(store, datasetOf(store, body.datasetId).projectId);
			const at = now();
			const put = body.annotations.map(({ imageId, annotation }, i): Put => {
				const size = body.skipBoundsValidation ? null : imageSize(context, images[i] ?? imageOf(store, imageId));
				const record = readImageAnnotation(imageId, annotation, { meta, size, newId: () => store.newId(), at });
				return ['imageAnnotation', record];
			});
			store.commit(put);
			return { success: true };
		}),
		'annotations.bulk.info': jsonEndpoint(infoBody, body =>
			imagesIn(context, body.datasetId, body.imageIds).map(image =>
				imageAnnotationJson(store, image, body.integerCoords ?? true),
			),
		),
		'annotations.info': jsonEndpoint(z.object({ imageId: id, integerCoords: z.boolean().nullish() }), body =>
			imageAnnotationJson(store, imageOf(store, body.imageId), body.integerCoords ?? true),
		),
	};
}

/** The size of an image's picture in pixels. */
export function imageSize({ store }: Context, image: ImageRecord): Size {
	const { width, height } = blobOf(store, image.hash);
	return { width: width ?? 0, height: height ?? 0 };
}
