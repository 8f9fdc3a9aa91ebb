import type { SuperviselyApi } from '#shared/supervisely/api.ts';
import type { ImageAnnotation, SpecialFigure } from '#shared/supervisely/frame-annotation.ts';

/** Masks that go out in one call, as many as the SDK sends. */
const masksPerCall = 100;

/** Gives images their labels, instead of those they have; alpha masks get their masks in a second step. */
export const uploadLabels = async (
	supervisely: SuperviselyApi,
	dataset: number,
	annotations: { imageId: number; annotation: ImageAnnotation }[],
	figures: (SpecialFigure & { imageId: number })[],
): Promise<void> => {
	const ids = await supervisely.setLabels(
		dataset,
		annotations,
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
