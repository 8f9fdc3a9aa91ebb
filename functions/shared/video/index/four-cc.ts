/** Codecs by FourCC, as in AVI and in Matroska made from AVI. */
const codecs: [pattern: RegExp, codec: string][] = [
	[/^([hx]264|avc1|davc|vssh)$/i, 'h264'],
	[/^(hevc|h265|x265|hev1|hvc1)$/i, 'hevc'],
	[/^(mp4v|divx|dx50|xvid|fmp4|m4s2|mp4s|3iv[12x]|blz0|rmp4|smp4|ump4|sedg|wv1f|fvfw|dxgm|geox)$/i, 'mpeg4'],
	[/^(mp43|div[3456]|mpg3|ap41|col[01]|dvx3)$/i, 'msmpeg4'],
	[/^(mpg1|mpeg)$/i, 'mpeg1video'],
	[/^(mpg2|em2v|mx[345][np])$/i, 'mpeg2video'],
	[/^vp80$/i, 'vp8'],
	[/^vp90$/i, 'vp9'],
	[/^av01$/i, 'av1'],
	[/^(mjpg|jpeg|avrn|jpgl|dmb1|ljpg)$/i, 'mjpeg'],
	[/^ffv1$/i, 'ffv1'],
	[/^wmv1$/i, 'wmv1'],
	[/^wmv2$/i, 'wmv2'],
	[/^wmv3$/i, 'wmv3'],
	[/^(wvc1|wmva)$/i, 'vc1'],
	[/^(h263|u263|m263|x263|i263)$/i, 'h263'],
	[/^(flv1|s263)$/i, 'flv1'],
	[/^(dv(sd|hd|sl|25|50)|cdv[ch5c]|dvc[ sp]|dvcs|dvis|pdvc|sl25|sldv)$/i, 'dvvideo'],
	[/^hfyu$/i, 'huffyuv'],
	[/^ffvh$/i, 'ffvhuff'],
	[/^ul[ry][gah024]$/i, 'utvideo'],
	[/^ulh[024]$/i, 'utvideo'],
	[/^m8(rg|ra|y[024a])|^m0/i, 'magicyuv'],
	[/^(theo|vp31)$/i, 'theora'],
];

/** Common name of a codec; the FourCC if unknown. */
export function codecOfFourCc(fourCc: string): string {
	return codecs.find(([pattern]) => pattern.test(fourCc))?.[1] ?? fourCc;
}
