import type { VideoIndex } from './index/video-index.ts';

const names: [pattern: RegExp, name: string][] = [
	[/^(avc|V_MPEG4\/ISO\/AVC)/, 'h264'],
	[/^(hvc|hev|dvh|V_MPEGH)/, 'hevc'],
	[/^(vp09|V_VP9)/, 'vp9'],
	[/^(vp08|V_VP8)/, 'vp8'],
	[/^(av01|V_AV1)/, 'av1'],
	[/^(mp4v|V_MPEG4)/, 'mpeg4'],
	[/^(s263|h263)/i, 'h263'],
	[/^ap(c[nsoh]|4[hx])/, 'prores'],
	[/^(jpeg|mjp[ab]|V_MJPEG)/, 'mjpeg'],
];

/** A codec's common name; what the container calls it where that isn't known. */
export const codecName = ({ container }: Pick<VideoIndex, 'container'>): string => {
	const raw = (container.codec ?? '').trim();
	return names.find(([pattern]) => pattern.test(raw))?.[1] ?? raw;
};
