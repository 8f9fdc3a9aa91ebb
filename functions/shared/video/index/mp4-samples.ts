import { PermanentError } from '../../errors.ts';
import { type Box, findBox } from './boxes.ts';
import { NeedsDecoding } from './needs-decoding.ts';

/** Samples of a track in decode order. Times are ticks of the track's clock, offsets and sizes are bytes of the file. */
export type Mp4Samples = {
	dts: number[];
	pts: number[];
	key: boolean[];
	offset: number[];
	size: number[];
	/** Decode time after the last sample of the movie box. */
	end: number;
};

/** Largest number of pictures of a file, more than a week at 60 per second; protects against hostile tables. */
export const mostSamples = 40_000_000;

export function noSamples(): Mp4Samples {
	return { dts: [], pts: [], key: [], offset: [], size: [], end: 0 };
}

/** A table box with its entry count, limited by its size. */
const table = (moov: Buffer, stbl: Box, type: string, headerBytes: number, entryBytes: number) => {
	const box = findBox(moov, stbl, type);
	if (!box || box.end - box.start < headerBytes) return undefined;
	const first = box.start + headerBytes;
	const count = Math.min(moov.readUInt32BE(first - 4), Math.floor((box.end - first) / entryBytes));
	return { version: moov[box.start] as number, first, count, box };
};

/**
 * Reads the sample tables of a track that isn't fragmented (ISO/IEC 14496-12, 8.6 and 8.7).
 * @throws PermanentError `corrupt` when the tables contradict each other; NeedsDecoding for several sample descriptions
 */
export function readSampleTable(moov: Buffer, stbl: Box): Mp4Samples {
	const samples = noSamples();
	const sizes = readSizes(moov, stbl);
	const count = sizes.count;
	if (count > mostSamples)
		throw new PermanentError('unsupported', `The file declares ${count} pictures, more than ${mostSamples}`);
	if (count === 0) return samples;

	const stts = table(moov, stbl, 'stts', 8, 8);
	let time = 0;
	for (let entry = 0; stts && entry < stts.count; entry++) {
		const run = moov.readUInt32BE(stts.first + entry * 8);
		const delta = moov.readInt32BE(stts.first + entry * 8 + 4);
		for (let n = 0; n < run && samples.dts.length < count; n++) {
			samples.dts.push(time);
			time += delta;
		}
	}
	if (samples.dts.length < count) {
		throw new PermanentError('corrupt', `The file has times for ${samples.dts.length} of its ${count} pictures`);
	}
	samples.end = time;
	samples.pts = samples.dts.slice();
	const ctts = table(moov, stbl, 'ctts', 8, 8);
	for (let entry = 0, sample = 0; ctts && entry < ctts.count; entry++) {
		const run = moov.readUInt32BE(ctts.first + entry * 8);
		const shift = moov.readInt32BE(ctts.first + entry * 8 + 4);
		for (let n = 0; n < run && sample < count; n++, sample++)
			samples.pts[sample] = (samples.dts[sample] as number) + shift;
	}

	const stss = table(moov, stbl, 'stss', 8, 4);
	samples.key = new Array<boolean>(count).fill(stss === undefined);
	for (let entry = 0; stss && entry < stss.count; entry++) {
		const sample = moov.readUInt32BE(stss.first + entry * 4) - 1;
		if (sample >= 0 && sample < count) samples.key[sample] = true;
	}

	for (let sample = 0; sample < count; sample++) samples.size.push(sizes.of(sample));
	placeSamples(moov, stbl, samples, count);
	return samples;
}

const readSizes = (moov: Buffer, stbl: Box): { count: number; of: (sample: number) => number } => {
	const stsz = findBox(moov, stbl, 'stsz');
	if (stsz && stsz.end - stsz.start >= 12) {
		const uniform = moov.readUInt32BE(stsz.start + 4);
		const claimed = moov.readUInt32BE(stsz.start + 8);
		if (uniform > 0) return { count: claimed, of: () => uniform };
		const count = Math.min(claimed, Math.floor((stsz.end - stsz.start - 12) / 4));
		return { count, of: sample => moov.readUInt32BE(stsz.start + 12 + sample * 4) };
	}
	const stz2 = table(moov, stbl, 'stz2', 12, 0.5);
	if (!stz2) return { count: 0, of: () => 0 };
	const bits = moov[stz2.first - 5] as number;
	const at = (sample: number) => stz2.first + Math.floor((sample * bits) / 8);
	const most = Math.floor(((stz2.box.end - stz2.first) * 8) / bits);
	return {
		count: Math.min(stz2.count, most),
		of: sample => {
			if (bits === 16) return moov.readUInt16BE(at(sample));
			const byte = moov[at(sample)] as number;
			return bits === 8 ? byte : sample % 2 === 0 ? byte >> 4 : byte & 15;
		},
	};
};

/** Computes the offset of every sample: samples are consecutive in chunks with known offsets. */
const placeSamples = (moov: Buffer, stbl: Box, samples: Mp4Samples, count: number): void => {
	const stco = table(moov, stbl, 'stco', 8, 4) ?? table(moov, stbl, 'co64', 8, 8);
	const stsc = table(moov, stbl, 'stsc', 8, 12);
	if (!stco || !stsc || stsc.count === 0)
		throw new PermanentError('corrupt', "The file doesn't say where its pictures are");
	const wide = stco.box.type === 'co64';
	const chunkOffset = (chunk: number) =>
		wide ? Number(moov.readBigUInt64BE(stco.first + chunk * 8)) : moov.readUInt32BE(stco.first + chunk * 4);
	let run = 0;
	for (let chunk = 0; chunk < stco.count && samples.offset.length < count; chunk++) {
		while (run + 1 < stsc.count && moov.readUInt32BE(stsc.first + (run + 1) * 12) <= chunk + 1) run++;
		if (moov.readUInt32BE(stsc.first + run * 12 + 8) > 1)
			throw new NeedsDecoding('unsupported', 'The file has several sample descriptions');
		const inChunk = moov.readUInt32BE(stsc.first + run * 12 + 4);
		let offset = chunkOffset(chunk);
		for (let n = 0; n < inChunk && samples.offset.length < count; n++) {
			samples.offset.push(offset);
			offset += samples.size[samples.offset.length - 1] as number;
		}
	}
	if (samples.offset.length < count) {
		throw new PermanentError('corrupt', `The file has offsets for ${samples.offset.length} of its ${count} pictures`);
	}
};
