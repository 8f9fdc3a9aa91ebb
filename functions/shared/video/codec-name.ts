import type { VideoIndex } from './index/video-index.ts';

/** Decoders of libraries, by the codec that they decode. */
const libraries: Record<string, string> = {
	libdav1d: 'av1',
	'libaom-av1': 'av1',
	libvpx: 'vp8',
	'libvpx-vp9': 'vp9',
};

/** A codec's common name; what the container calls it where that isn't known. */
export function codecName({ container }: Pick<VideoIndex, 'container'>): string {
	if (container.kind !== 'whole') return container.bitstream.codec.trim();
	const decoder = container.codec ?? '';
	return libraries[decoder] ?? decoder;
}
