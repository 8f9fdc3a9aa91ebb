/**
 * Format of a bitstream: common name of the codec, and for H.264 and HEVC the number of bytes of a NAL unit's length; 0
 * for start codes (Annex B).
 */
export type Bitstream = { codec: string; lengthBytes: number };

/** Intra-only codecs. */
export const intraOnly = new Set([
	...['mjpeg', 'prores', 'dnxhd', 'dvvideo', 'rawvideo', 'huffyuv', 'ffvhuff', 'utvideo', 'magicyuv', 'png', 'v210'],
]);

/** Codecs whose decoders flag key pictures correctly, in all versions of ffmpeg since 4.1. */
export const toldByDecoder = new Set([
	...['mpeg4', 'mpeg1video', 'mpeg2video', 'h263', 'flv1', 'msmpeg4', 'wmv1', 'wmv2', 'wmv3', 'vc1'],
	...['vp6', 'vp8', 'vp9', 'theora', 'ffv1', 'hevc'],
]);

/** The NAL units of a sample of H.264 or HEVC, without start codes or lengths. */
export function* nalUnits(sample: Buffer, lengthBytes: number): Iterable<Buffer> {
	if (lengthBytes > 0) {
		for (let at = 0; at + lengthBytes < sample.length; ) {
			const length = sample.readUIntBE(at, lengthBytes);
			yield sample.subarray(at + lengthBytes, at + lengthBytes + length);
			at += lengthBytes + length;
		}
		return;
	}
	let start = startCode(sample, 0);
	while (start >= 0) {
		const next = startCode(sample, start + 3);
		let end = next < 0 ? sample.length : next;
		while (end > start + 3 && sample[end - 1] === 0) end--;
		yield sample.subarray(start + 3, end);
		start = next;
	}
}

/**
 * The messages of an SEI unit of H.264 or HEVC: their payload types, and where their payloads begin in the unit.
 * @param headerBytes of the unit: 1 in H.264, 2 in HEVC
 */
export function* seiMessages(sei: Buffer, headerBytes: number): Iterable<{ type: number; payload: number }> {
	for (let at = headerBytes; at + 2 < sei.length; ) {
		const number = () => {
			let value = 0;
			while (sei[at] === 255) value += sei[at++] as number;
			return value + (sei[at++] ?? 0);
		};
		const [type, size] = [number(), number()];
		yield { type, payload: at };
		at += size;
	}
}

/** Offset of the next `00 00 01`; -1 if there is none. */
export function startCode(bytes: Buffer, from: number): number {
	return bytes.indexOf('\0\0\x01', from, 'latin1');
}

/** Reads bits, most significant first; 0 past the end. */
export function bitReader(bytes: Buffer, from = 0): (count: number) => number {
	let at = from * 8;
	return count => {
		let value = 0;
		for (let n = 0; n < count; n++, at++) value = value * 2 + (((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1);
		return value;
	};
}
