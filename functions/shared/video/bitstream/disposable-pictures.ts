import { type Bitstream, nalUnits, seiMessages } from './bitstream.ts';
import { makeParameterSets, readSlice } from './h264-headers.ts';

/** A picture, and whether it is the first one of a run, before which pictures are missing. */
type Sample = { bytes: Buffer; isStart: boolean };

/** Whether pictures that no other picture refers to can be recognised in this bitstream. */
export function hasDisposablePictures({ codec, lengthBytes }: Bitstream): boolean {
	return lengthBytes > 0 && (codec === 'h264' || codec === 'hevc');
}

/**
 * Which pictures no other picture refers to, by their own bytes, so that a decoder doesn't need them for the others.
 * @param samples runs of pictures, in decode order
 * @param sets the parameter sets of the container, in the format of a sample
 * @returns undefined if this isn't certain: pictures are fields, or some are missing or damaged
 */
export function disposablePictures(
	samples: Sample[],
	{ codec, lengthBytes }: Bitstream,
	sets: Buffer,
): boolean[] | undefined {
	if (codec === 'h264') return disposableInH264(samples, lengthBytes, sets);
	return codec === 'hevc' ? disposableInHevc(samples, lengthBytes) : undefined;
}

/**
 * Payload types of messages that concern their own picture only: buffering period, picture timing, and user data. Hashes
 * and time codes in HEVC.
 */
const ownMessages = new Set([0, 1, 4, 5, 132, 136]);

const concernsOwnPicture = (sei: Buffer, headerBytes: number): boolean =>
	[...seiMessages(sei, headerBytes)].every(({ type }) => ownMessages.has(type));

/**
 * H.264: `nal_ref_idc` is 0. A picture that lost the flag by damage is noticed by the numbers of the pictures after it:
 * they count the reference pictures (ISO/IEC 14496-10, 7.4.3, frame_num).
 */
function disposableInH264(samples: Sample[], lengthBytes: number, sets: Buffer): boolean[] | undefined {
	const known = makeParameterSets();
	for (const nal of nalUnits(sets, lengthBytes)) known.read(nal);
	/** Number of the last reference picture. */
	let last: number | undefined;
	const found: boolean[] = [];
	for (const { bytes, isStart } of samples) {
		if (isStart) last = undefined;
		let picture: { isReference: boolean; frameNum: number } | undefined;
		let isPlain = true;
		for (const nal of nalUnits(bytes, lengthBytes)) {
			const type = (nal[0] ?? 0) & 0x1f;
			const isReference = ((nal[0] ?? 0) & 0x60) !== 0;
			if (type === 1 || type === 5) {
				// first_mb_in_slice 0 is a bit 1: a second picture.
				if (picture && (isReference !== picture.isReference || ((nal[1] ?? 0) & 0x80) !== 0)) return undefined;
				if (picture) continue;
				const slice = readSlice(nal, known.setOf);
				if (!slice?.sps.framesOnly) return undefined;
				const range = 2 ** slice.sps.frameNumBits;
				const expected = slice.isIdr ? 0 : last === undefined ? slice.frameNum : (last + 1) % range;
				if (slice.frameNum !== expected) return undefined;
				picture = slice;
			} else if (type === 6) isPlain &&= concernsOwnPicture(nal, 1);
			else if (type === 7 || type === 8) {
				known.read(nal);
				isPlain = false;
			} else if (type !== 9 && type !== 12) return undefined;
		}
		if (!picture) return undefined;
		if (picture.isReference) last = picture.frameNum;
		found.push(isPlain && !picture.isReference);
	}
	return found;
}

/**
 * HEVC: sub-layer non-reference pictures of the highest temporal layer (ISO/IEC 23008-2, 7.4.2.2). If a picture that
 * others refer to is left out, the decoder reports an error.
 */
function disposableInHevc(samples: Sample[], lengthBytes: number): boolean[] | undefined {
	const pictures: { layer: number; isReference: boolean; isPlain: boolean }[] = [];
	for (const { bytes } of samples) {
		let [layer, isReference, isPlain] = [-1, false, true];
		for (const nal of nalUnits(bytes, lengthBytes)) {
			if (nal.length < 2) return undefined;
			const type = ((nal[0] as number) >> 1) & 0x3f;
			// nuh_layer_id, 6 bits: other layers are other views, or more detailed.
			if (((nal[0] as number) & 1) !== 0 || (nal[1] as number) >> 3 !== 0) return undefined;
			if (type < 32) {
				// first_slice_segment_in_pic_flag
				if (layer >= 0 && ((nal[2] ?? 0) & 0x80) !== 0) return undefined;
				layer = ((nal[1] as number) & 7) - 1;
				isReference ||= type > 9 || type % 2 === 1;
			} else if (type === 39 || type === 40) isPlain &&= concernsOwnPicture(nal, 2);
			else if (type !== 35 && type !== 38) isPlain = false;
		}
		if (layer < 0) return undefined;
		pictures.push({ layer, isReference, isPlain });
	}
	const highest = pictures.reduce((most, { layer }) => Math.max(most, layer), 0);
	return pictures.map(({ layer, isReference, isPlain }) => isPlain && !isReference && layer === highest);
}
