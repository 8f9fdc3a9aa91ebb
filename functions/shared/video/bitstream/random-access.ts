import { type Bitstream, bitReader, intraOnly, nalUnits, seiMessages, startCode, toldByDecoder } from './bitstream.ts';

/**
 * Whether decoding can begin with this picture, by its own bytes. Key flags of the container are ignored: they can be
 * wrong in every format.
 * @param sample the picture's bytes, or the first 64 kB of them
 * @returns undefined if unknown: always for some codecs, and for damaged pictures
 */
export function canBeginAt(sample: Buffer, bitstream: Bitstream): boolean | undefined {
	if (intraOnly.has(bitstream.codec)) return true;
	return bytesTell(bitstream) ? pictures[bitstream.codec]?.(sample, bitstream) : undefined;
}

/** Whether key pictures of this codec can be recognised by their bytes. */
export function bytesTell({ codec }: Bitstream): boolean {
	return intraOnly.has(codec) || Object.hasOwn(pictures, codec);
}

/** Whether key pictures of this codec can be verified, by their bytes or by the decoder. */
export function isVerifiable(bitstream: Bitstream): boolean {
	return bytesTell(bitstream) || toldByDecoder.has(bitstream.codec);
}

/** For each codec, the test whether decoding can begin with a picture; undefined: unknown. */
const pictures: Record<string, (sample: Buffer, bitstream: Bitstream) => boolean | undefined> = {
	h264: isH264Entry,
	hevc: isHevcEntry,
	mpeg4: sample => {
		const at = startCodeOf(sample, 0xb6);
		// vop_coding_type, 2 bits: 0 is an I-VOP (ISO/IEC 14496-2, 6.2.5).
		return at < 0 ? undefined : (sample[at + 4] ?? 0xff) >> 6 === 0;
	},
	mpeg1video: isMpegIntra,
	mpeg2video: isMpegIntra,
	h263: isH263Intra,
	flv1: isSorensonIntra,
	vp6: sample => ((sample[0] ?? 0xff) & 0x80) === 0,
	// The lowest bit is the inverse of the key flag (RFC 6386, 9.1).
	vp8: sample => ((sample[0] ?? 1) & 1) === 0,
	vp9: isVp9Key,
	av1: isAv1Key,
	// A data packet begins with a bit 0, its frame type is the next: 0 is intra (Theora specification, 7.1).
	theora: sample => (sample[0] ?? 0xff) >> 6 === 0,
};

/** H.264: an IDR picture, or a recovery point with immediate recovery (ISO/IEC 14496-10, 7.4.1 and D.2.8). */
function isH264Entry(sample: Buffer, { lengthBytes }: Bitstream): boolean | undefined {
	for (const nal of nalUnits(sample, lengthBytes)) {
		const type = (nal[0] ?? 0) & 0x1f;
		if (type === 5) return true;
		if (type === 6 && recoversAtOnce(nal)) return true;
		if (type === 1 || type === 2) return false;
	}
	return undefined;
}

/** A recovery point message (payload type 6) whose `recovery_frame_cnt`, an Exp-Golomb code, is 0: its first bit is 1. */
function recoversAtOnce(sei: Buffer): boolean {
	for (const { type, payload } of seiMessages(sei, 1)) if (type === 6) return ((sei[payload] ?? 0) & 0x80) !== 0;
	return false;
}

/** HEVC: an IRAP picture: NAL unit types 16 to 23 (ISO/IEC 23008-2, 7.4.2.2). */
function isHevcEntry(sample: Buffer, { lengthBytes }: Bitstream): boolean | undefined {
	for (const nal of nalUnits(sample, lengthBytes)) {
		if (nal.length < 2) continue;
		const type = ((nal[0] as number) >> 1) & 0x3f;
		if (type >= 16 && type <= 23) return true;
		if (type < 16) return false;
	}
	return undefined;
}

/** Position of a start code with this last byte; -1 if there is none. */
function startCodeOf(sample: Buffer, code: number): number {
	for (let at = startCode(sample, 0); at >= 0; at = startCode(sample, at + 3)) if (sample[at + 3] === code) return at;
	return -1;
}

/** picture_coding_type, 3 bits after the temporal reference: 1 is an I-picture (ISO/IEC 13818-2, 6.2.3). */
function isMpegIntra(sample: Buffer): boolean | undefined {
	const at = startCodeOf(sample, 0);
	return at < 0 ? undefined : ((sample[at + 5] ?? 0) >> 3) & 7 ? (((sample[at + 5] ?? 0) >> 3) & 7) === 1 : undefined;
}

/** The picture coding type of PTYPE or MPPTYPE (ITU-T H.263, 5.1.3 and 5.1.4). */
function isH263Intra(sample: Buffer): boolean | undefined {
	const bits = bitReader(sample);
	if (bits(22) !== 0x20) return undefined;
	bits(8 + 5);
	const format = bits(3);
	if (format !== 7) return bits(1) === 0;
	if (bits(3) === 1) bits(18);
	return bits(3) === 0;
}

/** Sorenson's H.263, in bits: start code 17, version 5, reference 8, size 3 and the explicit size, type 2. */
function isSorensonIntra(sample: Buffer): boolean | undefined {
	const bits = bitReader(sample);
	if (bits(17) !== 1) return undefined;
	bits(5 + 8);
	const size = bits(3);
	if (size < 2) bits(size === 0 ? 16 : 32);
	return bits(2) === 0;
}

/** frame_type of the uncompressed header; not a header that only shows an older frame (VP9 specification, 6.2). */
function isVp9Key(sample: Buffer): boolean | undefined {
	const bits = bitReader(sample);
	if (bits(2) !== 2) return undefined;
	const profile = bits(1) + 2 * bits(1);
	if (profile === 3) bits(1);
	return bits(1) === 0 && bits(1) === 0;
}

/** A key frame that is shown, by the first frame header of a temporal unit (AV1 specification, 5.3 and 5.9). */
function isAv1Key(sample: Buffer): boolean | undefined {
	let isStill = false;
	for (let at = 0; at < sample.length; ) {
		const header = sample[at] as number;
		const type = (header >> 3) & 15;
		let start = at + (header & 4 ? 2 : 1);
		let size = sample.length - start;
		if (header & 2) {
			size = 0;
			for (let n = 0; n < 8; n++) {
				const byte = sample[start++] ?? 0;
				size += (byte & 127) * 2 ** (7 * n);
				if (byte < 128) break;
			}
		}
		const bits = bitReader(sample, start);
		if (type === 1) {
			bits(4);
			isStill = bits(1) === 1;
		}
		// Frame header, or a frame with its header.
		if (type === 3 || type === 6) return isStill || (bits(1) === 0 && bits(2) === 0 && bits(1) === 1);
		at = start + size;
	}
	return undefined;
}
