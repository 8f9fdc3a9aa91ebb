import type { ChunkFrame } from '#shared/sampling/chunk.ts';
import { type Origin, ownerOf } from '#shared/sampling/provenance.ts';
import { formatOfName } from '#shared/sampling/selection.ts';
import type { Image, SuperviselyApi } from '#shared/supervisely/api.ts';
import type { ImageFormat } from '#shared/video/picture/image-format.ts';

/** An image of a video that is in the destination. `isBare`: whether it is known to have no labels and no tags. */
export type ExistingImage = { image: number; size?: NonNullable<ChunkFrame['size']>; isBare: boolean };

/** What a dataset has already, by the names of its images. */
export type ExistingImages = {
	/** Images of the video. */
	own: Map<string, ExistingImage>;
	/** Names that images of other videos have. */
	taken: Set<string>;
	/** How many images of the video's frames there are, by their format. */
	formats: Map<ImageFormat, number>;
};

/** Looks through a dataset for the images of a video. */
export const existingImages = async (
	supervisely: Pick<SuperviselyApi, 'images'>,
	dataset: number,
	video: Origin & { name: string },
): Promise<ExistingImages> => {
	const found: ExistingImages = { own: new Map(), taken: new Set(), formats: new Map() };
	for await (const image of supervisely.images(dataset)) {
		if (ownerOf(image.meta, video) === 'other') {
			found.taken.add(image.name);
			continue;
		}
		found.own.set(image.name, existingImage(image));
		const format = image.name.startsWith(`${video.name}_frame_`) ? formatOfName(image.name) : undefined;
		if (format) found.formats.set(format, (found.formats.get(format) ?? 0) + 1);
	}
	return found;
};

const existingImage = ({ id, width, height, labelsCount, tags }: Image): ExistingImage => ({
	image: id,
	...(width && height ? { size: { width, height } } : {}),
	isBare: labelsCount === 0 && tags?.length === 0,
});
