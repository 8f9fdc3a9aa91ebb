import type { SuperviselyApi } from '#shared/supervisely/api.ts';
import type { SpecialFigure } from '#shared/supervisely/frame-annotation.ts';

/** Masks that go out in one call, as many as the SDK sends. */
const masksPerCall = 100;

/** Adds the labels that don't go with an image's annotation: multipolygons as they are, alpha masks in a second step. */
export const addSpecialFigures = async (
	supervisely: SuperviselyApi,
	dataset: number,
	figures: (SpecialFigure & { imageId: number })[],
): Promise<void> => {
	if (figures.length === 0) return;
	const ids = await supervisely.addFigures(
		dataset,
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
