import { PermanentError } from '../../errors.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { makeWindow } from '../source/window.ts';
import { readFragment, readFragmentDefaults } from './mp4-fragments.ts';
import { type Mp4Samples, mostSamples, readSampleTable } from './mp4-samples.ts';
import { type Edit, type Mp4Track, readVideoTrack } from './mp4-track.ts';
import { NeedsDecoding } from './needs-decoding.ts';
import { presentationOrder, type VideoIndex } from './video-index.ts';

/** A movie box of a day at 60 pictures a second has about 100 MB. */
const largestMovieBox = 512 * 1024 * 1024;

/**
 * Indexes MP4, MOV and fragmented MP4 from their headers: `moov`, and every `moof` where there are any.
 * Media data are never read.
 * @throws PermanentError `corrupt` or `unsupported`, with what is missing
 */
export const indexMp4 = async (source: ByteSource): Promise<VideoIndex> => {
	const window = makeWindow(source, 64 * 1024);
	let movie: { moov: Buffer; track: Mp4Track; notes: string[] } | undefined;
	let samples: Mp4Samples | undefined;
	let nextTime = 0;
	for (let at = 0; at + 8 <= source.size; ) {
		const { type, header, size } = readBoxHeader(await window.upTo(at, 16), source.size - at);
		if (type === 'moov') {
			if (size > largestMovieBox)
				throw new PermanentError('unsupported', `The movie box has ${size} bytes, more than ${largestMovieBox}`);
			const moov = await window.bytes(at + header, size - header);
			movie = { moov, ...readVideoTrack(moov) };
			samples = readSampleTable(moov, movie.track.sampleTable);
			nextTime = samples.dts.at(-1) ?? 0;
		} else if (type === 'moof' && movie && samples) {
			const moof = await window.bytes(at + header, size - header);
			const defaults = readFragmentDefaults(movie.moov, movie.track.id);
			nextTime = readFragment(moof, at, movie.track.id, defaults, samples, nextTime);
			if (samples.dts.length > mostSamples)
				throw new PermanentError('unsupported', `More than ${mostSamples} pictures`);
		}
		at += size;
	}
	if (!movie || !samples)
		throw new PermanentError('corrupt', 'The file has no movie box: it was cut off, or its recording was not finished');
	if (!samples.size.some(size => size > 0)) throw new PermanentError('corrupt', 'The video track has no pictures');
	return toIndex(movie.track, samples, movie.notes);
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
	const inEdit = shownByEdits(track);
	return {
		container: {
			kind: 'mp4',
			sampleDescription: Buffer.from(track.sampleDescription),
			matrix: Buffer.from(track.matrix),
			width: track.width,
			height: track.height,
			dts: Float64Array.from(samples.dts),
			codec: track.codec,
		},
		timeBase: { num: 1, den: track.timescale },
		pictureSize: null,
		pts,
		key: Uint8Array.from(samples.key, Number),
		offset: Float64Array.from(samples.offset),
		size: Uint32Array.from(samples.size),
		shown: presentationOrder(pts, at => inEdit(pts[at] as number)),
		// Each picture that is cut off is a fault of its own.
		damage: undefined,
		notes,
	};
};

/** Samples without bytes hold no picture: recorders write them for a picture that stays. */
const withPictures = (all: Mp4Samples): Mp4Samples => {
	if (!all.size.includes(0)) return all;
	const kept = <Item>(column: Item[]) => column.filter((_, at) => all.size[at] !== 0);
	return {
		dts: kept(all.dts),
		pts: kept(all.pts),
		key: kept(all.key),
		offset: kept(all.offset),
		size: kept(all.size),
	};
};

/**
 * Whether an edit list shows a picture: those from the edit's media time on, for its duration, as ffmpeg applies it.
 * Empty edits in front only delay the whole.
 * @throws PermanentError `unsupported` for a list that plays parts twice, out of order or at another speed
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
