import type { VideoIndex } from './index/video-index.ts';

/** Codecs by the ffmpeg decoders of external libraries. */
const libraries: Record<string, string> = {
	libdav1d: 'av1',
	'libaom-av1': 'av1',
	libvpx: 'vp8',
	'libvpx-vp9': 'vp9',
};

/** The common name of a codec; if unknown, the name in the container. */
export function codecName({ container }: Pick<VideoIndex, 'container'>): string {
	if (container.kind !== 'whole') return container.bitstream.codec.trim();
	const decoder = container.codec ?? '';
	return libraries[decoder] ?? decoder;
}
