import { FramefanError } from '../../errors.ts';
import { boxesIn } from '../index/boxes.ts';

/** The container says that decoding can start here, and the picture's own bytes say that it can't. */
export class NotRandomAccess extends FramefanError {
	override readonly name = 'NotRandomAccess';
}

export type NalCodec = { codec: 'h264' | 'hevc'; lengthBytes: number };

/** Fixed part of a visual sample entry, before its boxes (ISO/IEC 14496-12, 12.1.3). */
const visualSampleEntry = 78;

/** How the samples behind a `stsd` box are cut into NAL units; undefined for other codecs. */
export const nalCodecOf = (sampleDescription: Buffer): NalCodec | undefined => {
	const [entry] = boxesIn(sampleDescription, 16, sampleDescription.length);
	if (!entry) return undefined;
	for (const { type, start } of boxesIn(sampleDescription, entry.start + visualSampleEntry, entry.end)) {
		if (type === 'avcC') return { codec: 'h264', lengthBytes: ((sampleDescription[start + 4] as number) & 3) + 1 };
		if (type === 'hvcC') return { codec: 'hevc', lengthBytes: ((sampleDescription[start + 21] as number) & 3) + 1 };
	}
	return undefined;
};

/**
 * Whether decoding can start at this sample: H.264 at an IDR picture or at a recovery point that recovers at once,
 * HEVC at an IRAP picture. Tables of sync samples are known to claim more.
 */
export const isRandomAccess = (sample: Buffer, { codec, lengthBytes }: NalCodec): boolean => {
	for (let at = 0; at + lengthBytes < sample.length; ) {
		const length = sample.readUIntBE(at, lengthBytes);
		const nal = sample.subarray(at + lengthBytes, at + lengthBytes + length);
		at += lengthBytes + length;
		const first = nal[0];
		if (first === undefined) return false;
		const type = codec === 'h264' ? first & 0x1f : (first >> 1) & 0x3f;
		if (codec === 'hevc') {
			if (type >= 16 && type <= 23) return true;
			if (type < 16) return false;
			continue;
		}
		if (type === 5) return true;
		if (type === 6 && recoversAtOnce(nal)) return true;
		if (type === 1) return false;
	}
	return false;
};

/** A recovery point message (payload type 6) whose `recovery_frame_cnt`, an Exp-Golomb code, is 0: its first bit is 1. */
const recoversAtOnce = (sei: Buffer): boolean => {
	for (let at = 1; at + 2 < sei.length; ) {
		let type = 0;
		while (sei[at] === 255) type += sei[at++] as number;
		type += sei[at++] ?? 0;
		let size = 0;
		while (sei[at] === 255) size += sei[at++] as number;
		size += sei[at++] ?? 0;
		if (type === 6) return ((sei[at] ?? 0) & 0x80) !== 0;
		at += size;
	}
	return false;
};
