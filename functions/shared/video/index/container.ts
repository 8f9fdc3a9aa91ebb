import { PermanentError } from '../../errors.ts';

const mp4Boxes = new Set(['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'styp', 'sidx', 'moof', 'uuid']);

const startsWith = (bytes: Buffer, ...values: number[]) => values.every((value, at) => bytes[at] === value);
const text = (bytes: Buffer, start: number, end: number) => bytes.toString('latin1', start, end);

/** Sync bytes of transport-stream packets, which stand at a fixed distance. */
const hasSyncBytes = (bytes: Buffer, first: number, distance: number) =>
	[0, 1, 2, 3].every(packet => bytes[first + packet * distance] === 0x47);

/** NAL unit type of an H.264 or HEVC stream in Annex B form, after its start code. */
const annexB = (bytes: Buffer): 'h264' | 'hevc' | undefined => {
	const code = startsWith(bytes, 0, 0, 0, 1) ? 4 : startsWith(bytes, 0, 0, 1) ? 3 : 0;
	if (code === 0) return undefined;
	const first = bytes[code] as number;
	if ((first & 0x80) === 0 && [7, 9, 6].includes(first & 0x1f)) return 'h264';
	return [32, 33, 34, 35, 39].includes((first >> 1) & 0x3f) ? 'hevc' : undefined;
};

const demuxers: [demuxer: string, matches: (bytes: Buffer) => boolean][] = [
	['matroska', bytes => startsWith(bytes, 0x1a, 0x45, 0xdf, 0xa3)],
	['avi', bytes => text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 12).startsWith('AVI')],
	['flv', bytes => text(bytes, 0, 3) === 'FLV'],
	['mpegts', bytes => hasSyncBytes(bytes, 0, 188) || hasSyncBytes(bytes, 4, 192) || hasSyncBytes(bytes, 0, 204)],
	['mpeg', bytes => startsWith(bytes, 0, 0, 1, 0xba)],
	['mpegvideo', bytes => startsWith(bytes, 0, 0, 1, 0xb3)],
	['asf', bytes => startsWith(bytes, 0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11)],
	['ogg', bytes => text(bytes, 0, 4) === 'OggS'],
	['gif', bytes => text(bytes, 0, 4) === 'GIF8'],
	['apng', bytes => startsWith(bytes, 0x89, 0x50, 0x4e, 0x47)],
	['nut', bytes => text(bytes, 0, 24) === 'nut/multimedia container'],
	['ivf', bytes => text(bytes, 0, 4) === 'DKIF'],
	['yuv4mpegpipe', bytes => text(bytes, 0, 10) === 'YUV4MPEG2 '],
	['mxf', bytes => startsWith(bytes, 0x06, 0x0e, 0x2b, 0x34)],
	['rm', bytes => text(bytes, 0, 4) === '.RMF'],
	['dv', bytes => startsWith(bytes, 0x1f, 0x07, 0x00)],
	['mov', bytes => mp4Boxes.has(text(bytes, 4, 8))],
	['h264', bytes => annexB(bytes) === 'h264'],
	['hevc', bytes => annexB(bytes) === 'hevc'],
	['m4v', bytes => startsWith(bytes, 0, 0, 1, 0xb0)],
];

/** Bytes at the start of a file that tell what it is. */
export const signatureBytes = 1024;

/**
 * Names the demuxer for a file by what it begins with. A demuxer is always named, never left to ffmpeg: playlists and
 * scripts that open other files are none of these.
 * @throws PermanentError `corrupt` for an empty file, `unsupported` for anything else that isn't a known container
 */
export const containerOf = (start: Buffer): string => {
	if (start.length === 0) throw new PermanentError('corrupt', 'The file is empty');
	const found = demuxers.find(([, matches]) => matches(start));
	if (found) return found[0];
	const shown = JSON.stringify(text(start, 0, 12).replace(/[^\x20-\x7e]/g, '.'));
	throw new PermanentError('unsupported', `The file is no video container that is known: it begins with ${shown}`);
};
