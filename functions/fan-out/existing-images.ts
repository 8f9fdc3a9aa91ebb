import type { ChunkFrame } from '#shared/sampling/chunk.ts';
import { formatOfName } from '#shared/sampling/image-name.ts';
import { type Origin, ownerOf } from '#shared/sampling/provenance.ts';
import type { Image, SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import type { ImageFormat } from '#shared/video/picture/image-format.ts';

/** An image of a video in the destination. `isBare`: it is known to have neither labels nor tags. */
export type ExistingImage = { image: number; size?: NonNullable<ChunkFrame['size']>; isBare: boolean };

/** The existing images of a dataset, by name. */
export type ExistingImages = {
	/** Images of the video. */
	own: Map<string, ExistingImage>;
	/** Names of images of other videos. */
	taken: Set<string>;
	/** Number of images of the video, by format. */
	formats: Map<ImageFormat, number>;
};

/** Finds the images of a video in a dataset. */
export async function existingImages(
	supervisely: Pick<SuperviselyApi, 'images'>,
	dataset: number,
	video: Origin & { name: string },
): Promise<ExistingImages> {
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
}

const existingImage = ({ id, width, height, labelsCount, tags }: Image): ExistingImage => ({
	image: id,
	...(width && height ? { size: { width, height } } : {}),
	isBare: labelsCount === 0 && tags?.length === 0,
});
