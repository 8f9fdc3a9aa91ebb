import { PermanentError } from '#shared/errors.ts';
import { log } from '#shared/log.ts';
import type { StoredMask, SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { sameLabels } from './same-labels.ts';
import { type ImageLabels, masksPerCall } from './upload-labels.ts';

/** The images, of one dataset, whose labels on the server differ from the given ones; all if that can't be compared. */
export async function findChanged<Labels extends ImageLabels>(
	supervisely: Pick<SuperviselyApi, 'annotations' | 'masks'>,
	dataset: number,
	images: Labels[],
): Promise<Labels[]> {
	try {
		const ids = images.map(({ imageId }) => imageId);
		const stored = await supervisely.annotations(dataset, ids);
		const alphaMasks = [...stored.values()].flatMap(({ objects }) =>
			objects.filter(({ geometryType, bitmap }) => geometryType === 'alpha_mask' && !bitmap).map(({ id }) => id),
		);
		const masks = new Map<number, StoredMask>();
		for (let at = 0; at < alphaMasks.length; at += masksPerCall) {
			const some = await supervisely.masks(alphaMasks.slice(at, at + masksPerCall));
			for (const [id, mask] of some) masks.set(id, mask);
		}
		const isChanged = images.map(async image => {
			const found = stored.get(image.imageId);
			return !found || !(await sameLabels(image, found, masks));
		});
		const changed = await Promise.all(isChanged);
		return images.filter((_, at) => changed[at]);
	} catch (error) {
		if (!(error instanceof PermanentError)) throw error;
		// Unreadable labels, such as an alpha mask without its mask, count as changed.
		log.warn('Existing labels could not be compared, so they are written again', { dataset, error });
		return images;
	}
}
