import { PermanentError } from '../../errors.ts';
import type { Bitstream } from '../bitstream/bitstream.ts';
import type { Window } from '../source/window.ts';
import { type Element, elementsIn, readUnsigned } from './ebml.ts';
import { codecOfFourCc } from './four-cc.ts';
import { ids } from './matroska-ids.ts';
import { NeedsDecoding } from './needs-decoding.ts';

/** The selected track. */
export type MatroskaTrack = {
	number: number;
	/** The codec's id, with the FourCC of AVI if it has one. */
	codec: string;
	bitstream: Bitstream;
	/** Display matrix as in MP4, 36 bytes; empty if there is none. */
	matrix: Buffer;
};

/**
 * The first video track; type 1 is video.
 * @throws PermanentError `unsupported` without one, or when it is encrypted; NeedsDecoding when its times or bytes are
 * stored in an unknown way
 */
export async function readTracks(window: Window, tracks: Element): Promise<{ track: MatroskaTrack; notes: string[] }> {
	const found: Element[] = [];
	for await (const entry of elementsIn(window, tracks.start, tracks.end)) {
		if (entry.id !== ids.trackEntry) continue;
		for await (const element of elementsIn(window, entry.start, entry.end))
			if (element.id === ids.trackType && (await readUnsigned(window, element)) === 1) found.push(entry);
	}
	const [first] = found;
	if (!first) throw new PermanentError('unsupported', 'The file has no video track');
	const notes = found.length > 1 ? [`The file has ${found.length} video tracks: the first is read`] : [];
	return { track: await readTrack(window, first), notes };
}

async function readTrack(window: Window, entry: Element): Promise<MatroskaTrack> {
	const track: Omit<MatroskaTrack, 'bitstream'> = { number: 0, codec: '', matrix: Buffer.alloc(0) };
	let privateData: Buffer = Buffer.alloc(0);
	const content = ({ start, end }: Element, most: number) => window.bytes(start, Math.min(most, end - start));
	for await (const element of elementsIn(window, entry.start, entry.end)) {
		if (element.id === ids.trackNumber) track.number = await readUnsigned(window, element);
		if (element.id === ids.codecId) track.codec = (await content(element, 64)).toString('latin1').replace(/\0.*$/, '');
		if (element.id === ids.codecPrivate) privateData = Buffer.from(await content(element, 65_536));
		if (element.id === ids.video) track.matrix = await readProjection(window, element);
		if (element.id === ids.contentEncodings) await checkEncodings(window, element);
		if (element.id === ids.codecDelay && (await readUnsigned(window, element)) !== 0)
			throw new NeedsDecoding('unsupported', 'The times of the video track are delayed');
		if (element.id === ids.trackTimestampScale && (await readFloat(window, element)) !== 1)
			throw new NeedsDecoding('unsupported', 'The video track has its own time scale');
	}
	if (track.codec === vfw) track.codec += `/${privateData.toString('latin1', 16, 20)}`;
	return { ...track, bitstream: bitstreamOf(track.codec, privateData) };
}

/** Codecs by Matroska's ids. */
const codecs: [pattern: RegExp, codec: string][] = [
	[/^V_MPEG4\/ISO\/AVC$/, 'h264'],
	[/^V_MPEGH\/ISO\/HEVC$/, 'hevc'],
	[/^V_MPEG4\/ISO\/(SP|ASP|AP)$/, 'mpeg4'],
	[/^V_MPEG4\/MS\/V3$/, 'msmpeg4'],
	[/^V_MPEG1$/, 'mpeg1video'],
	[/^V_MPEG2$/, 'mpeg2video'],
	[/^V_VP8$/, 'vp8'],
	[/^V_VP9$/, 'vp9'],
	[/^V_AV1$/, 'av1'],
	[/^V_THEORA$/, 'theora'],
	[/^V_MJPEG$/, 'mjpeg'],
	[/^V_PRORES$/, 'prores'],
	[/^V_FFV1$/, 'ffv1'],
];

const vfw = 'V_MS/VFW/FOURCC';

const bitstreamOf = (codec: string, privateData: Buffer): Bitstream => {
	const ofAvi = codec.startsWith(`${vfw}/`) ? codecOfFourCc(codec.slice(vfw.length + 1)) : undefined;
	const name = ofAvi ?? codecs.find(([pattern]) => pattern.test(codec))?.[1] ?? codec;
	// An avcC or hvcC record begins with its version, 1; under VFW and in old files units have start codes.
	const isRecord = privateData[0] === 1 && !codec.includes('VFW');
	const at = name === 'h264' ? 4 : name === 'hevc' ? 21 : undefined;
	const lengthBytes = at !== undefined && isRecord ? ((privateData[at] ?? 3) & 3) + 1 : 0;
	return { codec: name, lengthBytes };
};

/** Refuses encryption; leaves compression to the demuxer. */
const checkEncodings = async (window: Window, encodings: Element): Promise<void> => {
	for await (const encoding of elementsIn(window, encodings.start, encodings.end)) {
		if (encoding.id !== ids.contentEncoding) continue;
		for await (const element of elementsIn(window, encoding.start, encoding.end))
			if (element.id === ids.contentEncryption)
				throw new PermanentError('unsupported', 'The video samples are encrypted');
	}
	throw new NeedsDecoding('unsupported', 'The container compresses the pictures again');
};

const readFloat = async (window: Window, { start, end }: Element): Promise<number> => {
	if (end - start !== 4 && end - start !== 8) return 0;
	const bytes = await window.bytes(start, end - start);
	return bytes.length === 4 ? bytes.readFloatBE(0) : bytes.readDoubleBE(0);
};

/**
 * Rotation of a flat picture: by its roll, and mirrored with a yaw of 180 degrees (RFC 9559, 5.1.4.1.28.41). Newer versions
 * of ffmpeg do the same, older ones ignore it.
 */
const readProjection = async (window: Window, video: Element): Promise<Buffer> => {
	const pose = { type: 0, yaw: 0, pitch: 0, roll: 0 };
	for await (const projection of elementsIn(window, video.start, video.end)) {
		if (projection.id !== ids.projection) continue;
		for await (const element of elementsIn(window, projection.start, projection.end)) {
			if (element.id === ids.projectionType) pose.type = await readUnsigned(window, element);
			if (element.id === ids.projectionPoseYaw) pose.yaw = await readFloat(window, element);
			if (element.id === ids.projectionPosePitch) pose.pitch = await readFloat(window, element);
			if (element.id === ids.projectionPoseRoll) pose.roll = await readFloat(window, element);
		}
	}
	const { type, yaw, pitch, roll } = pose;
	if (type !== 0 || pitch !== 0 || (yaw !== 0 && Math.abs(yaw) !== 180) || !Number.isFinite(roll))
		return Buffer.alloc(0);
	if (yaw === 0 && roll === 0) return Buffer.alloc(0);
	return displayMatrix(roll, yaw !== 0);
};

/** A display matrix as in MP4 that rotates counter-clockwise by an angle in degrees, and mirrors left to right. */
const displayMatrix = (roll: number, isMirrored: boolean): Buffer => {
	const angle = (roll * Math.PI) / 180;
	const fixed = (value: number) => Math.round(value * 0x10000);
	const [cos, sin] = [fixed(Math.cos(angle)), fixed(Math.sin(angle))];
	const values = isMirrored
		? [-cos, sin, 0, sin, cos, 0, 0, 0, 0x40000000]
		: [cos, -sin, 0, sin, cos, 0, 0, 0, 0x40000000];
	const matrix = Buffer.alloc(36);
	for (const [n, value] of values.entries()) matrix.writeInt32BE(value | 0, n * 4);
	return matrix;
};
