import { bitReader } from './bitstream.ts';

/** Fields of a sequence parameter set that determine picture order (ISO/IEC 14496-10, 7.3.2.1). */
export type Sps = {
	separatePlanes: boolean;
	frameNumBits: number;
	orderType: number;
	orderBits: number;
	framesOnly: boolean;
	colours: Colours;
};

/**
 * Colours of a set (E.1.1): range and matrix, null if undeclared. A decoder then keeps those of an earlier set.
 */
export type Colours = { fullRange: boolean | null; matrix: number | null };

/** Whether pictures of these sets look different to a decoder that has not seen the sets before them. */
export function needEarlierColours(all: Colours[]): boolean {
	const different = new Set(all.map(({ fullRange, matrix }) => `${fullRange} ${matrix}`));
	return different.size > 1 && all.some(({ fullRange, matrix }) => fullRange === null || matrix === null);
}

/** Fields of a picture from the header of its first slice. */
export type Slice = {
	isIdr: boolean;
	isReference: boolean;
	isField: boolean;
	frameNum: number;
	order: number;
	sps: Sps;
};

/** Bytes of a unit that are parsed: headers are at its beginning. */
const headerBytes = 512;

/**
 * The parameter sets of an `avcC` record in the format of a sample, and the number of bytes of a unit's length
 * (ISO/IEC 14496-15, 5.3.3.1).
 */
export function setsOfRecord(record: Buffer): { lengthBytes: number; sets: Buffer } {
	const lengthBytes = ((record[4] ?? 3) & 3) + 1;
	const pieces: Buffer[] = [];
	let at = 5;
	for (const mask of [0x1f, 0xff]) {
		const count = (record[at++] ?? 0) & mask;
		for (let n = 0; n < count && at + 2 <= record.length; n++) {
			const size = record.readUInt16BE(at);
			const length = Buffer.alloc(lengthBytes);
			length.writeUIntBE(size % 256 ** lengthBytes, 0, lengthBytes);
			pieces.push(length, record.subarray(at + 2, at + 2 + size));
			at += 2 + size;
		}
	}
	return { lengthBytes, sets: Buffer.concat(pieces) };
}

/** The parameter sets of an `avcC` box in a sample description, in the format of a sample; empty if there is none. */
export function setsOfDescription(sampleDescription: Buffer): Buffer {
	const at = sampleDescription.indexOf('avcC', 0, 'latin1');
	return at < 0 ? Buffer.alloc(0) : setsOfRecord(sampleDescription.subarray(at + 4)).sets;
}

/** A unit's first bytes without emulation prevention, and readers of its numbers. */
function reader(nal: Buffer) {
	const bytes: number[] = [];
	for (let at = 1, zeros = 0; at < Math.min(nal.length, headerBytes); at++) {
		const byte = nal[at] as number;
		if (zeros >= 2 && byte === 3) {
			zeros = 0;
			continue;
		}
		zeros = byte === 0 ? zeros + 1 : 0;
		bytes.push(byte);
	}
	const bits = bitReader(Buffer.from(bytes));
	/** An Exp-Golomb number (9.1). */
	const ue = () => {
		let zeros = 0;
		while (zeros < 32 && bits(1) === 0) zeros++;
		return 2 ** zeros - 1 + bits(zeros);
	};
	const se = () => {
		const value = ue();
		return value % 2 === 1 ? (value + 1) / 2 : -value / 2;
	};
	return { bits, ue, se };
}

/** Profiles whose sets have chroma format and scaling lists. */
const highProfiles = new Set([100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135]);

export function readSps(nal: Buffer): { id: number; sps: Sps } {
	const { bits, ue, se } = reader(nal);
	const profile = bits(8);
	bits(16);
	const id = ue();
	let separatePlanes = false;
	if (highProfiles.has(profile)) {
		const chroma = ue();
		if (chroma === 3) separatePlanes = bits(1) === 1;
		ue();
		ue();
		bits(1);
		if (bits(1) === 1) {
			for (let list = 0; list < (chroma === 3 ? 12 : 8); list++) {
				if (bits(1) === 0) continue;
				let [last, next] = [8, 8];
				for (let n = 0; n < (list < 6 ? 16 : 64); n++) {
					if (next !== 0) next = (last + se() + 256) % 256;
					last = next === 0 ? last : next;
				}
			}
		}
	}
	const frameNumBits = ue() + 4;
	const orderType = ue();
	let orderBits = 0;
	if (orderType === 0) orderBits = ue() + 4;
	if (orderType === 1) {
		bits(1);
		se();
		se();
		for (let n = Math.min(255, ue()); n > 0; n--) se();
	}
	ue();
	bits(1);
	ue();
	ue();
	const framesOnly = bits(1) === 1;
	if (!framesOnly) bits(1);
	bits(1);
	if (bits(1) === 1) for (let side = 0; side < 4; side++) ue();
	const colours = bits(1) === 1 ? readColours(bits) : { fullRange: null, matrix: null };
	return { id, sps: { separatePlanes, frameNumBits, orderType, orderBits, framesOnly, colours } };
}

function readColours(bits: (count: number) => number): Colours {
	// The aspect ratio, explicit if it is not a predefined one, and the overscan.
	if (bits(1) === 1 && bits(8) === 255) bits(32);
	if (bits(1) === 1) bits(1);
	if (bits(1) === 0) return { fullRange: null, matrix: null };
	bits(3);
	const fullRange = bits(1) === 1;
	if (bits(1) === 0) return { fullRange, matrix: null };
	bits(16);
	return { fullRange, matrix: bits(8) };
}

export function readPps(nal: Buffer): { id: number; sps: number } {
	const { ue } = reader(nal);
	return { id: ue(), sps: ue() };
}

/**
 * The parameter sets read so far.
 * @returns `read` takes a unit, and ignores all but parameter sets; `setOf` gives the set of a picture parameter set
 */
export function makeParameterSets(): { read(nal: Buffer): void; setOf(pps: number): Sps | undefined } {
	const sequences = new Map<number, Sps>();
	const pictures = new Map<number, number>();
	return {
		read: nal => {
			const type = (nal[0] ?? 0) & 0x1f;
			if (type === 7) {
				const { id, sps } = readSps(nal);
				sequences.set(id, sps);
			} else if (type === 8) {
				const { id, sps } = readPps(nal);
				pictures.set(id, sps);
			}
		},
		setOf: pps => sequences.get(pictures.get(pps) ?? -1),
	};
}

/**
 * The header of a slice.
 * @param setsOf the set that a picture parameter set refers to; undefined if unknown
 */
export function readSlice(nal: Buffer, setsOf: (pps: number) => Sps | undefined): Slice | undefined {
	const header = nal[0] as number;
	const isIdr = (header & 0x1f) === 5;
	const { bits, ue } = reader(nal);
	ue();
	ue();
	const sps = setsOf(ue());
	if (!sps) return undefined;
	if (sps.separatePlanes) bits(2);
	const frameNum = bits(sps.frameNumBits);
	const isField = !sps.framesOnly && bits(1) === 1;
	if (isField) bits(1);
	if (isIdr) ue();
	const order = sps.orderType === 0 ? bits(sps.orderBits) : 0;
	return { isIdr, isReference: (header & 0x60) !== 0, isField, frameNum, order, sps };
}
