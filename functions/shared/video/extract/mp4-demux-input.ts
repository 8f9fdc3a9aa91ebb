import { bytesTell, canBeginAt } from '../bitstream/random-access.ts';
import { unwrapPackets } from '../bitstream/transport-packets.ts';
import { makeBox, words } from '../index/boxes.ts';
import { NotRandomAccess } from '../index/needs-decoding.ts';
import { type ByteRange, type ByteSource, joinRanges } from '../source/byte-source.ts';
import type { DecodePlan } from './decode-plan.ts';

type Mp4Input = Extract<DecodePlan['demuxInput'], { kind: 'samples' }>;

/** Samples per fragment; limits the memory used. */
const samplesPerFragment = 50;

/**
 * An MP4 stream with only the samples of a plan, in fragments (ISO/IEC 14496-12, 8.8). Its clock starts at the first
 * sample, and composition offsets are never negative, so that no demuxer shifts them.
 * @returns the bytes, and which presentation time in them a time of the source becomes
 */
export function mp4DemuxInput(input: Mp4Input, timescale: number, source: ByteSource, signal: AbortSignal) {
	const firstDts = input.dts[0] ?? 0;
	const setup = Buffer.from(input.setup, 'base64');
	const shift = -Math.min(0, ...runningMinimum(input));
	return {
		ptsInInput: (pts: number) => pts - firstDts + shift,
		bytes: (async function* () {
			yield initialization(input, timescale);
			for (let first = 0; first < input.dts.length; first += samplesPerFragment) {
				const last = Math.min(first + samplesPerFragment, input.dts.length);
				const samples = await readSamples(input, first, last, source, signal);
				for (const start of input.runs) {
					const sample = samples[start - first];
					if (!sample) continue;
					if (bytesTell(input.bitstream) && !canBeginAt(sample, input.bitstream))
						throw new NotRandomAccess('A sample that the file marks as a key frame is not a random access point');
					if (setup.length > 0) samples[start - first] = Buffer.concat([setup, sample]);
				}
				yield fragment(input, first, samples, firstDts, shift);
				yield Buffer.concat([words(samples.reduce((sum, { length }) => sum + length, 8)), Buffer.from('mdat')]);
				yield* samples;
			}
		})(),
	};
}

/** Smallest composition offset of the samples; no spread, since the list may be long. */
const runningMinimum = (input: Mp4Input): [number] => [
	input.pts.reduce((least, pts, at) => Math.min(least, pts - (input.dts[at] as number)), 0),
];

const readSamples = async (
	input: Mp4Input,
	first: number,
	last: number,
	source: ByteSource,
	signal: AbortSignal,
): Promise<Buffer[]> => {
	const wanted: ByteRange[] = [];
	for (let at = first; at < last; at++)
		wanted.push({ offset: input.offset[at] as number, length: input.size[at] as number });
	const ranges = joinRanges([...wanted].sort((a, b) => a.offset - b.offset));
	const held = new Map<ByteRange, Buffer>();
	for (const range of ranges) {
		const pieces: Uint8Array[] = [];
		for await (const piece of source.stream(range.offset, range.length, signal)) pieces.push(piece);
		held.set(range, Buffer.concat(pieces));
	}
	return wanted.map(({ offset, length }) => {
		const range = ranges.find(range => offset >= range.offset && offset + length <= range.offset + range.length);
		const from = offset - (range?.offset ?? 0);
		const bytes = range ? (held.get(range) as Buffer).subarray(from, from + length) : Buffer.alloc(0);
		if (input.packets) return unwrapPackets(bytes, input.packets);
		// A sample cut off by the end of the file is padded, so that those after it keep their offsets.
		return bytes.length === length ? bytes : Buffer.concat([bytes, Buffer.alloc(length - bytes.length)]);
	});
};

const initialization = (input: Mp4Input, timescale: number): Buffer => {
	const none = Buffer.alloc(0);
	const zeros = (bytes: number) => Buffer.alloc(bytes);
	const emptyTables = ['stts', 'stsc', 'stco'].map(type => makeBox(type, words(0, 0)));
	const size = words(input.width << 16, input.height << 16);
	const identity = words(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);
	const matrix = input.matrix === '' ? identity : Buffer.from(input.matrix, 'base64');
	return Buffer.concat([
		makeBox('ftyp', Buffer.from('isom'), words(0x200), Buffer.from('isomiso6mp41')),
		makeBox(
			'moov',
			makeBox('mvhd', words(0, 0, 0, timescale, 0, 0x10000, 0x1000000, 0, 0), identity, zeros(24), words(2)),
			makeBox(
				'trak',
				makeBox('tkhd', words(7, 0, 0, 1, 0, 0, 0, 0, 0, 0), matrix, size),
				makeBox(
					'mdia',
					makeBox('mdhd', words(0, 0, 0, timescale, 0, 0x55c40000)),
					makeBox('hdlr', words(0, 0), Buffer.from('vide'), zeros(13)),
					makeBox(
						'minf',
						makeBox('vmhd', words(1, 0, 0)),
						makeBox('dinf', makeBox('dref', words(0, 1), makeBox('url ', words(1)))),
						makeBox(
							'stbl',
							Buffer.from(input.sampleDescription, 'base64'),
							...emptyTables,
							makeBox('stsz', words(0, 0, 0)),
						),
					),
				),
			),
			makeBox('mvex', makeBox('trex', words(0, 1, 1, 0, 0, 0)), none),
		),
	]);
};

const fragment = (input: Mp4Input, first: number, samples: Buffer[], firstDts: number, shift: number): Buffer => {
	const entries: number[] = [];
	const last = first + samples.length;
	for (let at = first; at < last; at++) {
		const dts = input.dts[at] as number;
		const next = input.dts[at + 1] ?? dts + 1;
		entries.push(
			next - dts,
			(samples[at - first] as Buffer).length,
			input.key[at] ? 0x2000000 : 0x1010000,
			(input.pts[at] as number) - dts + shift,
		);
	}
	const time = (input.dts[first] as number) - firstDts;
	// Flags: data offset, and for each sample its duration, size, flags and composition offset.
	const run = (dataOffset: number) => makeBox('trun', words(0xf01, last - first, dataOffset, ...entries));
	const moof = (dataOffset: number) =>
		makeBox(
			'moof',
			makeBox('mfhd', words(0, first + 1)),
			makeBox(
				'traf',
				makeBox('tfhd', words(0x20000, 1)),
				makeBox('tfdt', words(0x1000000, Math.floor(time / 2 ** 32), time)),
				run(dataOffset),
			),
		);
	return moof(moof(0).length + 8);
};
