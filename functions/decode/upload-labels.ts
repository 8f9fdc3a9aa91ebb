import { at } from '#shared/at.ts';
import type { FrameLabels } from '#shared/supervisely/labels/frame-annotation.ts';
import type { SuperviselyApi } from '#shared/supervisely/remote/api.ts';

/** Masks per upload or download call, the same as in the SDK. */
export const masksPerCall = 100;

/** The labels of an image. */
export type ImageLabels = Pick<FrameLabels, 'annotation' | 'specialFigures'> & { imageId: number };

/** Replaces the labels of images; the masks of alpha masks are uploaded in a second call. */
export async function uploadLabels(supervisely: SuperviselyApi, dataset: number, images: ImageLabels[]): Promise<void> {
	const figures = images.flatMap(({ imageId, specialFigures }) => specialFigures.map(each => ({ imageId, ...each })));
	const ids = await supervisely.setLabels(
		dataset,
		images.map(({ imageId, annotation }) => ({ imageId, annotation })),
		figures.map(({ imageId, head, geometry }) => ({
			...head,
			entityId: imageId,
			...(geometry.bitmap === undefined ? { geometry } : {}),
		})),
	);
	const masks = figures.flatMap(({ geometry: { bitmap: mask } }, i) =>
		mask === undefined ? [] : [{ figureId: at(ids, i), mask }],
	);
	for (let first = 0; first < masks.length; first += masksPerCall) {
		await supervisely.uploadMasks(masks.slice(first, first + masksPerCall));
	}
}
