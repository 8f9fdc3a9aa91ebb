import type { SuperviselyApi } from '#shared/supervisely/api.ts';
import type { FrameLabels } from '#shared/supervisely/frame-annotation.ts';

/** Masks that go out or come in by one call, as many as the SDK sends. */
export const masksPerCall = 100;

/** The labels that an image is to have. */
export type ImageLabels = Pick<FrameLabels, 'annotation' | 'specialFigures'> & { imageId: number };

/** Gives images their labels, instead of those they have; alpha masks get their masks in a second step. */
export const uploadLabels = async (
	supervisely: SuperviselyApi,
	dataset: number,
	images: ImageLabels[],
): Promise<void> => {
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
	const masks = figures.flatMap(({ geometry: { bitmap: mask } }, at) =>
		mask === undefined ? [] : [{ figureId: ids[at] as number, mask }],
	);
	for (let at = 0; at < masks.length; at += masksPerCall) {
		await supervisely.uploadMasks(masks.slice(at, at + masksPerCall));
	}
};
