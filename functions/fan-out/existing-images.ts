import type { ChunkFrame } from '#shared/sampling/chunk.ts';
import { type Origin, ownerOf } from '#shared/sampling/provenance.ts';
import type { Image, SuperviselyApi } from '#shared/supervisely/api.ts';

/** An image of a video that is in the destination. `isBare`: whether it is known to have no labels and no tags. */
export type ExistingImage = { image: number; size?: NonNullable<ChunkFrame['size']>; isBare: boolean };

/** What a dataset has already, by the names of its images. */
export type ExistingImages = {
	/** Images of the video. */
	own: Map<string, ExistingImage>;
	/** Names that images of other videos have. */
	taken: Set<string>;
};

/** Looks through a dataset for the images of a video. */
export const existingImages = async (
	supervisely: Pick<SuperviselyApi, 'images'>,
	dataset: number,
	video: Origin,
): Promise<ExistingImages> => {
	const [own, taken]: [ExistingImages['own'], ExistingImages['taken']] = [new Map(), new Set()];
	for await (const image of supervisely.images(dataset)) {
		if (ownerOf(image.meta, video) === 'other') taken.add(image.name);
		else own.set(image.name, existingImage(image));
	}
	return { own, taken };
};

const existingImage = ({ id, width, height, labelsCount, tags }: Image): ExistingImage => ({
	image: id,
	...(width && height ? { size: { width, height } } : {}),
	isBare: labelsCount === 0 && tags?.length === 0,
});
