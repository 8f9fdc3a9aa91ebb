import { PermanentError } from '../../errors.ts';
import { type Box, boxesIn, findBox, needBox } from './boxes.ts';

/** The selected track. Boxes are positions in the `moov` buffer. */
export type Mp4Track = {
	id: number;
	/** Ticks per second of the track and of the movie; edit lists use those of the movie. */
	timescale: number;
	movieTimescale: number;
	width: number;
	height: number;
	matrix: Buffer;
	sampleDescription: Buffer;
	/** FourCC of the sample entry, such as `avc1`. */
	codec: string;
	sampleTable: Box;
	edits: Edit[];
};

/** One entry of an edit list; `mediaTime` -1 is an empty edit (ISO/IEC 14496-12, 8.6.6). */
export type Edit = { duration: number; mediaTime: number; rate: number };

/**
 * The first enabled video track that is not a chapter track.
 * @param moov the movie box's content
 * @throws PermanentError `unsupported` without one, or when its samples are encrypted
 */
export function readVideoTrack(moov: Buffer): { track: Mp4Track; notes: string[] } {
	const whole = { start: 0, end: moov.length };
	const mvhd = needBox(moov, whole, 'mvhd');
	const movieTimescale = moov.readUInt32BE(mvhd.start + (moov[mvhd.start] === 1 ? 20 : 12));
	const traks = [...boxesIn(moov, 0, moov.length)].filter(({ type }) => type === 'trak');
	const tracks = traks.filter(trak => isVideo(moov, trak));
	const chapters = new Set(traks.flatMap(trak => chapterTracks(moov, trak)));
	const films = tracks.filter(trak => !chapters.has(trackId(moov, trak)));
	// Disabled tracks and chapter tracks count only if there is no other.
	const trak = films.find(trak => isEnabled(moov, trak)) ?? films[0] ?? tracks[0];
	if (!trak) throw new PermanentError('unsupported', 'The file has no video track');
	const notes =
		tracks.length > 1 ? [`The file has ${tracks.length} video tracks: track ${trackId(moov, trak)} is read`] : [];

	const tkhd = needBox(moov, trak, 'tkhd');
	const wide = moov[tkhd.start] === 1;
	const afterTimes = tkhd.start + (wide ? 36 : 24);
	const mdhd = needBox(moov, trak, 'mdia', 'mdhd');
	const timescale = moov.readUInt32BE(mdhd.start + (moov[mdhd.start] === 1 ? 20 : 12));
	const sampleTable = needBox(moov, trak, 'mdia', 'minf', 'stbl');
	const stsd = needBox(moov, sampleTable, 'stsd');
	const [entry] = boxesIn(moov, stsd.start + 8, stsd.end);
	if (!entry) throw new PermanentError('corrupt', 'The video track describes no codec');
	if (entry.type === 'encv') throw new PermanentError('unsupported', 'The video samples are encrypted');
	return {
		notes,
		track: {
			id: trackId(moov, trak),
			// Decoders use one tick per second if the scale is missing.
			timescale: timescale || 1,
			movieTimescale,
			width: moov.readUInt16BE(entry.start + 24),
			height: moov.readUInt16BE(entry.start + 26),
			matrix: product(moov.subarray(afterTimes + 16, afterTimes + 52), movieMatrix(moov, mvhd)),
			sampleDescription: moov.subarray(stsd.start - 8, stsd.end),
			codec: entry.type,
			sampleTable,
			edits: readEdits(moov, trak),
		},
	};
}

/** The display matrix of the movie, for all tracks (ISO/IEC 14496-12, 8.2.2). */
const movieMatrix = (moov: Buffer, mvhd: Box): Buffer => {
	const at = mvhd.start + (moov[mvhd.start] === 1 ? 48 : 36);
	return moov.subarray(at, at + 36);
};

/** Fixed-point format of matrix columns: 16.16, and 2.30 for the last. */
const [ordinary, last] = [2 ** 16, 2 ** 30];

/** The matrix of a track multiplied by that of the movie, as in decoders. */
const product = (track: Buffer, movie: Buffer): Buffer => {
	if (track.length < 36 || movie.length < 36) return track;
	const result = Buffer.alloc(36);
	for (let row = 0; row < 3; row++)
		for (let column = 0; column < 3; column++) {
			const sum = [0, 1, 2].reduce((total, n) => {
				const point = n === 2 ? last : ordinary;
				return total + (track.readInt32BE(4 * (3 * row + n)) * movie.readInt32BE(4 * (3 * n + column))) / point;
			}, 0);
			result.writeInt32BE(Math.trunc(sum) | 0, 4 * (3 * row + column));
		}
	return result;
};

const trackId = (moov: Buffer, trak: Box): number => {
	const tkhd = needBox(moov, trak, 'tkhd');
	return moov.readUInt32BE(tkhd.start + (moov[tkhd.start] === 1 ? 20 : 12));
};

const isEnabled = (moov: Buffer, trak: Box): boolean => {
	const tkhd = needBox(moov, trak, 'tkhd');
	return ((moov[tkhd.start + 3] as number) & 1) !== 0;
};

/** Ids of the chapter tracks of a track: titles or pictures. */
const chapterTracks = (moov: Buffer, trak: Box): number[] => {
	const chap = findBox(moov, trak, 'tref', 'chap');
	if (!chap) return [];
	return Array.from({ length: Math.floor((chap.end - chap.start) / 4) }, (_, n) =>
		moov.readUInt32BE(chap.start + n * 4),
	);
};

const isVideo = (moov: Buffer, trak: Box): boolean => {
	const hdlr = findBox(moov, trak, 'mdia', 'hdlr');
	return hdlr !== undefined && moov.toString('latin1', hdlr.start + 8, hdlr.start + 12) === 'vide';
};

const readEdits = (moov: Buffer, trak: Box): Edit[] => {
	const elst = findBox(moov, trak, 'edts', 'elst');
	if (!elst) return [];
	const wide = moov[elst.start] === 1;
	const entry = wide ? 20 : 12;
	const count = Math.min(moov.readUInt32BE(elst.start + 4), Math.floor((elst.end - elst.start - 8) / entry));
	return Array.from({ length: count }, (_, n) => {
		const at = elst.start + 8 + n * entry;
		return wide
			? {
					duration: Number(moov.readBigUInt64BE(at)),
					mediaTime: Number(moov.readBigInt64BE(at + 8)),
					rate: moov.readInt16BE(at + 16),
				}
			: { duration: moov.readUInt32BE(at), mediaTime: moov.readInt32BE(at + 4), rate: moov.readInt16BE(at + 8) };
	});
};
