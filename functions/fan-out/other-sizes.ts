import type { ChunkFrame } from '#shared/sampling/chunk.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import { type Size, targetSize } from '#shared/size.ts';
import type { Video } from '#shared/supervisely/remote/api.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';
import type { ExistingImage } from './existing-images.ts';

type OtherSizes = {
	/** Decides whether the existing image of a frame is kept or replaced. */
	decide(existing: ExistingImage | undefined): Pick<ChunkFrame, 'image' | 'replaces' | 'size'>;
	/** Notes on images of other sizes, after all frames. */
	notes(): string[];
};

/** Decides what happens to existing images of another size than the settings give, and counts them. */
export function watchSizes(settings: Settings, index: VideoIndex, video: Video): OtherSizes {
	const wanted = wantedSize(settings, index, video);
	/** Number of images by action, then by size. */
	const counts = {
		keep: new Map<string, number>(),
		keepLabels: new Map<string, number>(),
		replace: new Map<string, number>(),
	};
	return {
		decide: existing => {
			if (!existing) return {};
			const { image, size, isBare } = existing;
			const there = { image, ...(size ? { size } : {}) };
			if (!size || !wanted || (size.width === wanted.width && size.height === wanted.height)) return there;
			// Without copied labels the new image would lose those of the old one.
			const action = !settings.replace ? 'keep' : settings.copyAnnotations || isBare ? 'replace' : 'keepLabels';
			counts[action].set(textOf(size), (counts[action].get(textOf(size)) ?? 0) + 1);
			return action === 'replace' ? { replaces: image, size } : there;
		},
		notes: () => {
			if (!wanted) return [];
			const to = textOf(wanted);
			const tell = (action: keyof typeof counts, text: (what: string) => string) =>
				[...counts[action]].map(([from, count]) => text(`${count} image${count === 1 ? '' : 's'} of ${from} pixels`));
			return [
				...tell(
					'keep',
					what => `${what} are kept, these settings give ${to}: use replace (--replace) to upload them again`,
				),
				...tell(
					'keepLabels',
					what =>
						`${what} are kept although these settings give ${to}: they may have labels, and labels are not copied`,
				),
				...tell('replace', what => `${what} are replaced by images of ${to}`),
			];
		},
	};
}

/** The image size that the settings give; undefined where neither file nor server has the picture size of the video. */
const wantedSize = ({ resize }: Settings, { pictureSize }: VideoIndex, video: Video): Size | undefined => {
	const [height, width] = resize ?? [];
	if (height && width) return { height, width };
	if (pictureSize) return targetSize(resize, pictureSize);
	const told = sizeOnServer(video);
	return told && targetSize(resize, told);
};

const textOf = ({ width, height }: Size) => `${width} x ${height}`;

/** The size of a video as the server reports it. */
export function sizeOnServer({ fileMeta }: Video): Size | undefined {
	return fileMeta?.width && fileMeta.height ? { width: fileMeta.width, height: fileMeta.height } : undefined;
}
