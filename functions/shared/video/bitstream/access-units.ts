import { type Bitstream, intraOnly, nalUnits, startCode } from './bitstream.ts';
import { parameterSets } from './decoder-setup.ts';
import { makeParameterSets, needEarlierColours, readSlice, type Sps } from './h264-headers.ts';
import { canBeginAt } from './random-access.ts';

/**
 * Result of parsing one access unit: whether decoding can begin with it, and its display order. `order` is final only
 * after all units have been read, since later ones may change it.
 */
export type AccessUnit = {
	isKey: boolean;
	/** No later picture is shown before an earlier one, so orders may restart here. */
	isRestart: boolean;
	order: number;
};

/**
 * Reads access units of one picture each, in stored order.
 * @returns undefined for anything but one whole picture, or if its order is unknown: the file must be decoded
 */
export type AccessUnitReader = (unit: Buffer) => AccessUnit | undefined;

/**
 * The reader for a codec; undefined where there is none.
 * @param firstPosition display position of the first picture, after those of a former reader
 */
export function accessUnitReader(bitstream: Bitstream, firstPosition = 0): AccessUnitReader | undefined {
	if (bitstream.codec === 'h264') return h264Reader(bitstream.lengthBytes, firstPosition);
	if (bitstream.codec === 'hevc') return hevcReader(bitstream.lengthBytes);
	if (bitstream.codec === 'mpeg4') return anchorReader(bitstream, mpeg4Picture, firstPosition);
	if (bitstream.codec === 'mpeg2video' || bitstream.codec === 'mpeg1video')
		return anchorReader(bitstream, mpegPicture, firstPosition);
	if (intraOnly.has(bitstream.codec) || inOrder.has(bitstream.codec)) {
		let order = firstPosition;
		return unit => {
			const isKey = canBeginAt(unit, bitstream) === true;
			return { isKey, isRestart: isKey, order: order++ };
		};
	}
	return undefined;
}

/** Codecs without reordering, and with one picture per packet. */
const inOrder = new Set(['h263', 'flv1', 'vp8']);

/** Display order in H.264, from the picture order count (ISO/IEC 14496-10, 8.2.1). */
function h264Reader(lengthBytes: number, firstPosition: number): AccessUnitReader {
	const known = makeParameterSets();
	let [base, highest] = [firstPosition, firstPosition];
	let [lastHigh, lastLow] = [0, 0];
	let decoded = firstPosition;
	let first: Sps | undefined;
	const sets = setsInForce();
	return unit => {
		let found: AccessUnit | undefined;
		const isSelfContained = sets(parameterSets(unit, { codec: 'h264', lengthBytes }));
		for (const nal of nalUnits(unit, lengthBytes)) {
			const type = (nal[0] ?? 0) & 0x1f;
			known.read(nal);
			if (type >= 2 && type <= 4) return undefined;
			// first_mb_in_slice 0 is a bit 1: the first slice of a picture.
			if ((type !== 1 && type !== 5) || ((nal[1] ?? 0) & 0x80) === 0) continue;
			if (found) return undefined;
			const slice = readSlice(nal, known.setOf);
			if (!slice || slice.isField || slice.sps.orderType === 1) return undefined;
			first ??= slice.sps;
			if (slice.sps !== first && needEarlierColours([first.colours, slice.sps.colours])) return undefined;
			decoded++;
			if (slice.isIdr) {
				base = highest + 1;
				[lastHigh, lastLow] = [0, 0];
			}
			let count = decoded;
			if (slice.sps.orderType === 0) {
				const range = 2 ** slice.sps.orderBits;
				let high = lastHigh;
				if (slice.order < lastLow && lastLow - slice.order >= range / 2) high += range;
				else if (slice.order > lastLow && slice.order - lastLow > range / 2) high -= range;
				if (slice.isReference) [lastHigh, lastLow] = [high, slice.order];
				count = base + high + slice.order;
			}
			highest = Math.max(highest, count);
			const isKey = isSelfContained && canBeginAt(unit, { codec: 'h264', lengthBytes }) === true;
			found = { isKey, isRestart: isKey && slice.isIdr, order: count };
		}
		return found;
	};
}

/**
 * Checks whether a unit can be decoded with the parameter sets of the first unit and its own ones: true if it has its own,
 * or if no unit in between has brought others.
 */
function setsInForce(): (own: Buffer) => boolean {
	let first: Buffer | undefined;
	let hasChanged = false;
	return own => {
		if (own.length === 0) return !hasChanged;
		first ??= own;
		hasChanged = !own.equals(first);
		return true;
	};
}

/** HEVC in containers with times: checks only whether a unit is one picture, and whether that is a key. */
function hevcReader(lengthBytes: number): AccessUnitReader {
	let order = 0;
	const sets = setsInForce();
	return unit => {
		let pictures = 0;
		const isSelfContained = sets(parameterSets(unit, { codec: 'hevc', lengthBytes }));
		for (const nal of nalUnits(unit, lengthBytes)) {
			const type = ((nal[0] ?? 0) >> 1) & 0x3f;
			// first_slice_segment_in_pic_flag
			if (type < 32 && ((nal[2] ?? 0) & 0x80) !== 0) pictures++;
		}
		if (pictures !== 1) return undefined;
		const isKey = isSelfContained && canBeginAt(unit, { codec: 'hevc', lengthBytes }) === true;
		return { isKey, isRestart: isKey, order: order++ };
	};
}

type Kind = { isB: boolean } | undefined;

/** Display order where B-pictures are shown immediately, and each other picture before the next non-B-picture. */
function anchorReader(bitstream: Bitstream, kindOf: (unit: Buffer) => Kind, firstPosition: number): AccessUnitReader {
	let decoded = firstPosition;
	let anchor: AccessUnit | undefined;
	return unit => {
		const kind = kindOf(unit);
		if (!kind) return undefined;
		decoded++;
		if (kind.isB) return { isKey: false, isRestart: false, order: decoded };
		if (anchor) anchor.order = decoded - 0.5;
		const isKey = canBeginAt(unit, bitstream) === true;
		anchor = { isKey, isRestart: isKey, order: Number.POSITIVE_INFINITY };
		return anchor;
	};
}

/** One coded VOP (ISO/IEC 14496-2, 6.2.5). */
function mpeg4Picture(unit: Buffer): Kind {
	let kind: Kind;
	for (let at = startCode(unit, 0); at >= 0; at = startCode(unit, at + 3)) {
		if (unit[at + 3] !== 0xb6) continue;
		if (kind) return undefined;
		kind = { isB: (unit[at + 4] ?? 0) >> 6 === 2 };
	}
	return kind;
}

/** One picture that is not a field (ISO/IEC 13818-2, 6.2.3). */
function mpegPicture(unit: Buffer): Kind {
	let kind: Kind;
	for (let at = startCode(unit, 0); at >= 0; at = startCode(unit, at + 3)) {
		if (unit[at + 3] === 0) {
			if (kind) return undefined;
			kind = { isB: (((unit[at + 5] ?? 0) >> 3) & 7) === 3 };
		}
		// picture_structure of the picture coding extension, 3 is a frame.
		if (unit[at + 3] === 0xb5 && (unit[at + 4] ?? 0) >> 4 === 8 && ((unit[at + 6] ?? 0) & 3) !== 3) return undefined;
	}
	return kind;
}
