import type { Bitstream } from '../bitstream/bitstream.ts';
import { boxesIn } from './boxes.ts';
import type { Mp4Track } from './mp4-track.ts';

/** Fixed part of a visual sample entry, before its boxes (ISO/IEC 14496-12, 12.1.3). */
const visualSampleEntry = 78;

/** Codecs by the FourCC of a sample entry. */
const codecs: [pattern: RegExp, codec: string][] = [
	[/^(avc[1-4]|dva[v1])$/, 'h264'],
	[/^(hvc1|hev1|dvh[1e])$/, 'hevc'],
	[/^vp08$/, 'vp8'],
	[/^vp09$/, 'vp9'],
	[/^av01$/, 'av1'],
	[/^(s263|h263)$/i, 'h263'],
	[/^(divx|xvid|dx50|3iv[12])$/i, 'mpeg4'],
	[/^ap(c[nsoh]|4[hx])$/, 'prores'],
	[/^(jpeg|mjp[ab])$/, 'mjpeg'],
	[/^avdn$|^avdh$/i, 'dnxhd'],
	[/^(dvc[p ]|dvp[p ]|dv5[np]|dvh[1-6qp]|dvsd)$/i, 'dvvideo'],
	[/^(m2v1|mx[345][np]|xd[vh5]|hdv[1-9a])/, 'mpeg2video'],
	[/^m1v /, 'mpeg1video'],
	[/^(raw |yuv2|2vuy)$/, 'rawvideo'],
	[/^png $/, 'png'],
	[/^ffv1$/i, 'ffv1'],
	[/^vc-1$/i, 'vc1'],
];

/** Codecs by the object type of an `esds` descriptor, which `mp4v` has (ISO/IEC 14496-1, 7.2.6.6.2). */
const objectTypes: Record<number, string> = { 32: 'mpeg4', 106: 'mpeg1video', 108: 'mjpeg', 109: 'png' };
for (let type = 96; type <= 101; type++) objectTypes[type] = 'mpeg2video';

/** The bitstream format of a track's samples. */
export function bitstreamOf({ sampleDescription, codec: fourCc }: Mp4Track): Bitstream {
	const [entry] = boxesIn(sampleDescription, 16, sampleDescription.length);
	let codec = codecs.find(([pattern]) => pattern.test(fourCc))?.[1] ?? fourCc;
	let lengthBytes = 0;
	const inner = entry ? innerBoxes(sampleDescription, entry.start + visualSampleEntry, entry.end) : [];
	for (const { type, start, end } of inner) {
		if (type === 'avcC') lengthBytes = ((sampleDescription[start + 4] ?? 3) & 3) + 1;
		if (type === 'hvcC') lengthBytes = ((sampleDescription[start + 21] ?? 3) & 3) + 1;
		if (type === 'esds') codec = objectTypes[objectType(sampleDescription.subarray(start, end))] ?? codec;
	}
	return { codec, lengthBytes };
}

/** The boxes of a sample entry; QuickTime ends some with four zeros, which are not a box. */
const innerBoxes = (bytes: Buffer, start: number, end: number) => {
	const found: { type: string; start: number; end: number }[] = [];
	try {
		for (const box of boxesIn(bytes, start, end)) found.push(box);
	} catch {
		// The boxes read so far suffice; the decoder gets the original entry.
	}
	return found;
};

/** The object type indication of the decoder configuration, tag 4, in the elementary stream descriptor, tag 3; or 0. */
const objectType = (esds: Buffer): number => {
	let at = 4;
	const header = () => {
		at++;
		while (((esds[at] ?? 0) & 0x80) !== 0) at++;
		at++;
	};
	if (esds[at] !== 3) return 0;
	header();
	const flags = esds[at + 2] ?? 0;
	at += 3 + (flags & 0x80 ? 2 : 0) + (flags & 0x40 ? 1 + (esds[at + 3] ?? 0) : 0) + (flags & 0x20 ? 2 : 0);
	if (esds[at] !== 4) return 0;
	header();
	return esds[at] ?? 0;
};
