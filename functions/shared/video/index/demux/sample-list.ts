import type { AccessUnit } from '../../bitstream/access-units.ts';
import type { Bitstream } from '../../bitstream/bitstream.ts';
import { decoderSetup } from '../../bitstream/decoder-setup.ts';
import { makeBox, words } from '../boxes.ts';
import { NeedsDecoding } from '../needs-decoding.ts';
import { type Packets, presentationOrder, type TimeBase, type VideoIndex } from '../video-index.ts';

/** The pictures that a pass over a file has found, in decode order. Times are ticks, offsets and sizes bytes. */
export type SampleList = {
	offset: number[];
	size: number[];
	units: AccessUnit[];
	/** Where the container has no times: position of each picture in the file, counting also those that were left out. */
	storedPositions?: number[];
	/** Times, where the container has them. */
	times?: { pts: number[]; dts: number[] };
	/** The first picture's bytes. */
	first: Buffer;
	/** Number of pictures found by earlier passes. */
	known: number;
};

export function emptyList(hasTimes: boolean): SampleList {
	return {
		...{ offset: [], size: [], units: [], first: Buffer.alloc(0), known: 0 },
		...(hasTimes ? { times: { pts: [], dts: [] } } : { storedPositions: [] }),
	};
}

/** Facts about the stream. */
export type StreamFacts = {
	demuxer: string;
	stream: string;
	timeBase: TimeBase;
	width: number;
	height: number;
	/** FourCC for a demuxer of MP4, which also reads those of AVI, and the configuration of the codec. */
	fourCc: string;
	configuration: Buffer;
	bitstream: Bitstream;
	packets: Packets | null;
	damage: string | undefined;
	notes: string[];
};

/**
 * Makes the index from the samples of a pass over the file.
 * @throws NeedsDecoding if times don't identify the pictures, or the first one can't be decoded
 */
export function indexOfSamples(list: SampleList, facts: StreamFacts): VideoIndex {
	const count = list.units.length;
	if (count === 0) throw new NeedsDecoding('corrupt', 'The file has no pictures');
	if (!list.units[0]?.isKey) throw new NeedsDecoding('unsupported', 'The file does not begin with a key picture');
	const { pts, dts } = list.times ?? timesByOrder(list.units, list.storedPositions ?? []);
	for (let at = 1; at < count; at++)
		if ((dts[at] as number) <= (dts[at - 1] as number))
			throw new NeedsDecoding('unsupported', 'Pictures have decode times that repeat or go back');
	const columns = Float64Array.from(pts);
	const { demuxer, stream, packets, width, height, bitstream, fourCc, configuration } = facts;
	return {
		container: {
			...{ kind: 'samples', demuxer, timed: list.times !== undefined, packets, stream, width, height, bitstream },
			codec: fourCc,
			sampleDescription: sampleDescription(fourCc, width, height, configuration),
			matrix: Buffer.alloc(0),
			setup: decoderSetup(list.first, bitstream),
			dts: Float64Array.from(dts),
		},
		timeBase: facts.timeBase,
		timeOffset: 0,
		pictureSize: null,
		isPlanar: false,
		pts: columns,
		key: Uint8Array.from(list.units, ({ isKey }) => Number(isKey)),
		offset: Float64Array.from(list.offset),
		size: Uint32Array.from(list.size),
		shown: presentationOrder(columns, () => true),
		damage: facts.damage,
		notes: facts.notes,
	};
}

/** Times for a container without any: decode time is the stored position, presentation time the display position. */
const timesByOrder = (units: AccessUnit[], positions: number[]): { pts: number[]; dts: number[] } => {
	const shown = Array.from(units.keys()).sort((a, b) => (units[a]?.order ?? 0) - (units[b]?.order ?? 0) || a - b);
	const pts = new Array<number>(units.length);
	for (const [place, at] of shown.entries()) pts[at] = positions[place] as number;
	return { pts, dts: positions };
};

/** A `stsd` box with one visual sample entry (ISO/IEC 14496-12, 12.1.3). */
const sampleDescription = (fourCc: string, width: number, height: number, configuration: Buffer): Buffer => {
	const entry = Buffer.alloc(78);
	entry.writeUInt16BE(1, 6);
	entry.writeUInt16BE(width, 24);
	entry.writeUInt16BE(height, 26);
	entry.writeUInt32BE(0x480000, 28);
	entry.writeUInt32BE(0x480000, 32);
	entry.writeUInt16BE(1, 40);
	entry.writeUInt16BE(24, 74);
	entry.writeInt16BE(-1, 76);
	return makeBox('stsd', words(0, 1), makeBox(fourCc, entry, configuration));
};
