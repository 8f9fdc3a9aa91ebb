import { PermanentError } from '../../errors.ts';
import { nalUnits, startCode } from '../bitstream/bitstream.ts';
import { findPackets } from '../bitstream/transport-packets.ts';
import type { ByteSource } from '../source/byte-source.ts';

const mp4Boxes = new Set(['ftyp', 'moov', 'mdat', 'free', 'skip', 'wide', 'pnot', 'styp', 'sidx', 'moof', 'uuid']);

const startsWith = (bytes: Buffer, ...values: number[]) => values.every((value, at) => bytes[at] === value);
const text = (bytes: Buffer, start: number, end: number) => bytes.toString('latin1', start, end);

/** Distinguishes raw streams of H.264 and HEVC, whose unit types have different meanings. */
const annexB = (bytes: Buffer): 'h264' | 'hevc' | undefined => {
	const first = startCode(bytes, 0);
	// Only zeros may precede the first start code.
	if (first < 0 || !bytes.subarray(0, first).every(byte => byte === 0)) return undefined;
	const units = [...nalUnits(bytes, 0)].filter(unit => unit.length >= 2);
	const isH264 = units.every(isH264Unit) && units.some(isPictureOfH264);
	const isHevc = units.every(isHevcUnit) && units.some(isPictureOfHevc);
	if (isH264 !== isHevc) return isH264 ? 'h264' : 'hevc';
	if (!isH264) return undefined;
	// If both are possible, parameter sets decide: the other format has no valid ones.
	return units.some(unit => ((unit[0] ?? 0) & 0x1f) === 7) ? 'h264' : 'hevc';
};

/** nal_unit_type 1 to 23; delimiters and the like have no nal_ref_idc, parameter sets have one (ISO/IEC 14496-10, 7.4.1). */
const isH264Unit = (unit: Buffer): boolean => {
	const header = unit[0] as number;
	const [reference, type] = [(header >> 5) & 3, header & 0x1f];
	if ((header & 0x80) !== 0 || type === 0 || type > 23) return false;
	if (type >= 6 && type <= 12 && type !== 7 && type !== 8) return reference === 0;
	return (type !== 5 && type !== 7 && type !== 8) || reference !== 0;
};
const isPictureOfH264 = (unit: Buffer): boolean => [1, 5].includes((unit[0] as number) & 0x1f);

/** Layer 0, a temporal id, and no reserved type (ISO/IEC 23008-2, 7.4.2.2). */
const isHevcUnit = (unit: Buffer): boolean => {
	const [high, low] = [unit[0] as number, unit[1] as number];
	const type = (high >> 1) & 0x3f;
	return (high & 0x81) === 0 && low >> 3 === 0 && (low & 7) !== 0 && (type < 22 || (type >= 32 && type <= 40));
};
const isPictureOfHevc = (unit: Buffer): boolean => (((unit[0] as number) >> 1) & 0x3f) < 22;

const demuxers: [demuxer: string, matches: (bytes: Buffer) => boolean][] = [
	['matroska', bytes => startsWith(bytes, 0x1a, 0x45, 0xdf, 0xa3)],
	['avi', bytes => text(bytes, 0, 4) === 'RIFF' && text(bytes, 8, 12).startsWith('AVI')],
	['flv', bytes => text(bytes, 0, 3) === 'FLV'],
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
	['mpegts', bytes => findPackets(bytes) !== undefined],
];

/** Bytes at the start of a file that identify its format. */
const signatureBytes = 64 * 1024;

/**
 * Chooses the demuxer for a file by its first bytes. The choice is never left to ffmpeg, and does not include playlists and
 * scripts that open other files.
 * @throws PermanentError `corrupt` for an empty file, `unsupported` for an unknown container
 */
export async function containerOf(source: ByteSource): Promise<string> {
	const start = await source.read(0, Math.min(signatureBytes, source.size));
	if (start.length === 0) throw new PermanentError('corrupt', 'The file is empty');
	const found = demuxers.find(([, matches]) => matches(start));
	if (found) return found[0];
	const shown = JSON.stringify(text(start, 0, 12).replace(/[^\x20-\x7e]/g, '.'));
	throw new PermanentError('unsupported', `The file is not a known video container: it begins with ${shown}`);
}
