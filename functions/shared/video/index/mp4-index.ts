import { PermanentError } from '../../errors.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { makeWindow } from '../source/window.ts';
import { bitstreamOf } from './mp4-bitstream.ts';
import { uncompressed } from './mp4-compressed-movie.ts';
import { readFragment, readFragmentDefaults } from './mp4-fragments.ts';
import { type Mp4Samples, mostSamples, readSampleTable } from './mp4-samples.ts';
import { type Edit, type Mp4Track, readVideoTrack } from './mp4-track.ts';
import { NeedsDecoding } from './needs-decoding.ts';
import { presentationOrder, type VideoIndex } from './video-index.ts';

/** Largest movie box in bytes; one day at 60 pictures per second needs about 100 MB. */
const largestMovieBox = 512 * 1024 * 1024;

/**
 * Indexes MP4, MOV and fragmented MP4 from their headers: `moov`, and every `moof` where there are any.
 * Media data are never read.
 * @throws PermanentError `corrupt` or `unsupported`, with what is missing
 */
export async function indexMp4(source: ByteSource): Promise<VideoIndex> {
	const found: { track?: Mp4Track } = {};
	try {
		return await readMovie(source, found);
	} catch (error) {
		if (error instanceof NeedsDecoding && found.track) error.stream = `i:${found.track.id}`;
		throw error;
	}
}

const readMovie = async (source: ByteSource, found: { track?: Mp4Track }): Promise<VideoIndex> => {
	const window = makeWindow(source, 64 * 1024);
	let movie: { moov: Buffer; track: Mp4Track; notes: string[] } | undefined;
	let samples: Mp4Samples | undefined;
	let nextTime = 0;
	const notes: string[] = [];
	for (let at = 0; at < source.size; ) {
		if (at + 8 > source.size) {
			notes.push(unknownBytes(source.size - at));
			break;
		}
		const { type, header, size } = readBoxHeader(await window.upTo(at, 16), source.size - at);
		if (!/^[\x20-\x7e\xa9]{4}$/.test(type)) {
			notes.push(unknownBytes(source.size - at));
			break;
		}
		const content = async () => {
			if (size > largestMovieBox)
				throw new PermanentError('unsupported', `Box ${type} has ${size} bytes, more than ${largestMovieBox}`);
			return window.bytes(at + header, size - header);
		};
		if (type === 'moov' && !movie) {
			const moov = uncompressed(await content());
			movie = { moov, ...readVideoTrack(moov) };
			found.track = movie.track;
			samples = readSampleTable(moov, movie.track.sampleTable);
			nextTime = samples.end;
		} else if (type === 'moov') {
			// Players use the first one. Streams repeat it without pictures, for players that join late.
			if (hasOwnPictures(uncompressed(await content())))
				notes.push(`The file holds another recording after byte ${at}, with its own movie box, which is not read`);
		} else if (type === 'moof' && movie && samples) {
			const moof = await content();
			const { moov, track } = movie;
			nextTime = readFragment(moof, at, track.id, id => readFragmentDefaults(moov, id), samples, nextTime);
			if (samples.dts.length > mostSamples)
				throw new PermanentError('unsupported', `The file has more than ${mostSamples} pictures`);
		}
		at += size;
	}
	if (!movie || !samples)
		throw new PermanentError('corrupt', 'The file has no movie box: it was cut off, or its recording was not finished');
	if (!samples.size.some(size => size > 0)) throw new PermanentError('corrupt', 'The video track has no pictures');
	return toIndex(movie.track, samples, [...movie.notes, ...notes]);
};

const unknownBytes = (count: number) => `The last ${count} bytes of the file are not part of a known box`;

/** Whether a movie box describes pictures itself, not only fragments. */
const hasOwnPictures = (moov: Buffer): boolean => {
	try {
		const { track } = readVideoTrack(moov);
		return readSampleTable(moov, track.sampleTable).size.length > 0;
	} catch {
		return false;
	}
};

const readBoxHeader = (bytes: Buffer, left: number): { type: string; header: number; size: number } => {
	const type = bytes.toString('latin1', 4, 8);
	const size = bytes.readUInt32BE(0);
	if (size === 0) return { type, header: 8, size: left };
	if (size === 1 && bytes.length >= 16)
		return { type, header: 16, size: Math.max(16, Number(bytes.readBigUInt64BE(8))) };
	return { type, header: 8, size: Math.max(8, size) };
};

const toIndex = (track: Mp4Track, all: Mp4Samples, notes: string[]): VideoIndex => {
	const samples = withPictures(all);
	const pts = Float64Array.from(samples.pts);
	// At such an end, demuxers drop pictures by their own rules.
	if (endsAmongReordered(track, samples))
		throw new NeedsDecoding('unsupported', 'The edit list ends among reordered pictures');
	const inEdit = shownByEdits(track);
	return {
		container: {
			...{ kind: 'samples', demuxer: 'mov', timed: true, packets: null },
			sampleDescription: Buffer.from(track.sampleDescription),
			matrix: Buffer.from(track.matrix),
			width: track.width,
			height: track.height,
			stream: `i:${track.id}`,
			bitstream: bitstreamOf(track),
			setup: Buffer.alloc(0),
			dts: Float64Array.from(samples.dts),
			codec: track.codec,
		},
		timeBase: { num: 1, den: track.timescale },
		timeOffset: presentationOffset(track),
		pictureSize: null,
		isPlanar: false,
		pts,
		key: Uint8Array.from(samples.key, Number),
		offset: Float64Array.from(samples.offset),
		size: Uint32Array.from(samples.size),
		shown: presentationOrder(pts, at => inEdit(pts[at] as number)),
		// Each picture that is cut off becomes a fault.
		damage: undefined,
		notes,
	};
};

/** Empty samples hold no picture: recorders write them for an unchanged picture. */
const withPictures = (all: Mp4Samples): Mp4Samples => {
	if (!all.size.includes(0)) return all;
	const kept = <Item>(column: Item[]) => column.filter((_, at) => all.size[at] !== 0);
	return {
		end: all.end,
		dts: kept(all.dts),
		pts: kept(all.pts),
		key: kept(all.key),
		offset: kept(all.offset),
		size: kept(all.size),
	};
};

/**
 * Whether an edit list shows a picture: from the edit's media time for its duration, as in ffmpeg. Leading empty edits
 * only delay the track.
 * @throws NeedsDecoding for a list that plays parts twice, out of order or at another speed
 */
const shownByEdits = (track: Mp4Track): ((pts: number) => boolean) => {
	const played: Edit[] = track.edits.filter(edit => edit.mediaTime !== -1);
	const [edit] = played;
	if (!edit) return () => true;
	if (played.length > 1 || edit.rate !== 1) {
		throw new NeedsDecoding('unsupported', `The file's edit list has ${played.length} parts or another speed than 1`);
	}
	const duration = Math.round((edit.duration * track.timescale) / (track.movieTimescale || 1));
	const end = duration === 0 ? Number.POSITIVE_INFINITY : edit.mediaTime + duration;
	return pts => pts >= edit.mediaTime && pts < end;
};

/** Offset from media time to presentation time, in ticks of the track. */
const presentationOffset = ({ edits, timescale, movieTimescale }: Mp4Track): number => {
	const first = edits.findIndex(edit => edit.mediaTime !== -1);
	const empty = edits.slice(0, Math.max(0, first)).reduce((sum, { duration }) => sum + duration, 0);
	return Math.round((empty * timescale) / (movieTimescale || 1)) - (edits[first]?.mediaTime ?? 0);
};

/** Whether an edit list cuts off the end of a track with reordered pictures. */
const endsAmongReordered = (track: Mp4Track, { pts, dts }: Mp4Samples): boolean => {
	const edit = track.edits.find(({ mediaTime }) => mediaTime !== -1);
	if (!edit || edit.duration === 0) return false;
	const end = edit.mediaTime + Math.round((edit.duration * track.timescale) / (track.movieTimescale || 1));
	const shift = (pts[0] ?? 0) - (dts[0] ?? 0);
	const isReordered = pts.some((time, at) => time - (dts[at] as number) !== shift);
	return isReordered && pts.some(time => time >= end);
};
