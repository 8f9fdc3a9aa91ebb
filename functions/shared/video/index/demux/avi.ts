import { accessUnitReader } from '../../bitstream/access-units.ts';
import type { Bitstream } from '../../bitstream/bitstream.ts';
import { setsOfRecord } from '../../bitstream/h264-headers.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import { makeWindow, type Window } from '../../source/window.ts';
import { makeBox } from '../boxes.ts';
import { cutOff } from '../cut-off.ts';
import { codecOfFourCc } from '../four-cc.ts';
import { NeedsDecoding } from '../needs-decoding.ts';
import type { VideoIndex } from '../video-index.ts';
import { emptyList, indexOfSamples, type SampleList } from './sample-list.ts';

/** Bytes that are read at a time. */
const windowBytes = 4 * 1024 * 1024;
/** A picture of a hundred megabytes is none. */
const largestChunk = 100 * 1024 * 1024;

type Stream = {
	number: number;
	fourCc: string;
	bitstream: Bitstream;
	scale: number;
	rate: number;
	width: number;
	height: number;
	extra: Buffer;
};

/**
 * Indexes an AVI file by a pass over its chunks, OpenDML included (OpenDML AVI File Format Extensions 1.02). Times are
 * turns: the file tells no others. Nothing is decoded.
 * @throws NeedsDecoding for whatever isn't understood
 */
export async function indexAvi(source: ByteSource): Promise<VideoIndex> {
	const window = makeWindow(source, windowBytes);
	const list = emptyList(false);
	const found: { stream?: Stream; read?: ReturnType<typeof accessUnitReader> } = {};
	let damage: string | undefined;
	const notes: string[] = [];
	for (let at = 0; at + 12 <= source.size; ) {
		const { id, size, type } = await readHeader(window, at);
		if (id !== 'RIFF' || (at === 0 ? type !== 'AVI ' : type !== 'AVIX')) {
			if (at === 0) throw new NeedsDecoding('corrupt', 'The file is no AVI');
			notes.push(`The last ${source.size - at} bytes of the file belong to no known chunk`);
			break;
		}
		// A recording that was never finished has no size.
		const end = size === 0 ? source.size : at + 8 + size;
		damage ??= cutOff(end, source.size);
		await readList(window, at + 12, Math.min(end, source.size), found, list);
		at = end + (end & 1);
	}
	const { stream } = found;
	if (!stream) throw new NeedsDecoding('unsupported', 'The file has no video stream');
	return indexOfSamples(list, {
		...{ demuxer: 'avi', stream: 'V:0', packets: null, damage, notes },
		timeBase: { num: stream.scale, den: stream.rate },
		...{ width: stream.width, height: stream.height, fourCc: stream.fourCc },
		configuration: stream.extra.length > 0 ? makeBox('glbl', stream.extra) : Buffer.alloc(0),
		bitstream: stream.bitstream,
	});
}

const readHeader = async (window: Window, at: number): Promise<{ id: string; size: number; type: string }> => {
	const bytes = await window.upTo(at, 12);
	if (bytes.length < 8) throw new NeedsDecoding('corrupt', 'The file ends in the middle of a chunk');
	return { id: bytes.toString('latin1', 0, 4), size: bytes.readUInt32LE(4), type: bytes.toString('latin1', 8, 12) };
};

/** Walks over the chunks of a list, and of those inside. */
const readList = async (
	window: Window,
	start: number,
	end: number,
	found: { stream?: Stream; read?: ReturnType<typeof accessUnitReader> },
	list: SampleList,
): Promise<void> => {
	for (let at = start; at + 8 <= end; ) {
		const { id, size, type } = await readHeader(window, at);
		const [from, to] = [at + 8, at + 8 + size];
		if (id === 'LIST' && type === 'hdrl') Object.assign(found, await readStreams(window, from + 4, Math.min(to, end)));
		else if (id === 'LIST' && (type === 'movi' || type === 'rec '))
			// The size of what is still being written, or above 4 GB, is 0.
			await readList(window, from + 4, size === 0 ? end : Math.min(to, end), found, list);
		else if (/^[0-9]{2}d[bc]$/.test(id)) await readPicture(window, { id, from, size, end }, found, list);
		else if (/^[0-9]{2}pc$/.test(id)) throw new NeedsDecoding('unsupported', 'The palette changes');
		else if (!/^([0-9]{2}(wb|tx|sb|xx)|ix[0-9]{2}|idx1|JUNK|junk|LIST|ID3 |indx|vprp|dmlh|strn|\0{4})$/.test(id))
			throw new NeedsDecoding('corrupt', `The bytes at ${at} are no chunk that is known`);
		at = to + (to & 1);
	}
};

const readPicture = async (
	window: Window,
	{ id, from, size, end }: { id: string; from: number; size: number; end: number },
	{ stream, read }: { stream?: Stream; read?: ReturnType<typeof accessUnitReader> },
	list: SampleList,
): Promise<void> => {
	if (!stream || !read) throw new NeedsDecoding('unsupported', 'The pictures come before their description');
	// A chunk without bytes repeats the picture before; nothing is shown for it.
	if (Number(id.slice(0, 2)) !== stream.number || size === 0) return;
	if (size > largestChunk) throw new NeedsDecoding('corrupt', `A picture has ${size} bytes`);
	// One that is cut off has its turn, too, though it can't be shown.
	const bytes = await window.upTo(from, Math.min(size, end - from));
	const unit = read(bytes);
	if (!unit && from + size > end) return;
	if (!unit) throw new NeedsDecoding('unsupported', 'A chunk is not exactly one picture');
	if (list.units.length === 0) list.first = Buffer.from(bytes);
	list.offset.push(from);
	list.size.push(size);
	list.units.push(unit);
};

/** The first video stream of the header list, and a reader of its pictures. */
const readStreams = async (window: Window, start: number, end: number) => {
	let number = -1;
	for (let at = start; at + 8 <= end; ) {
		const { id, size, type } = await readHeader(window, at);
		const to = at + 8 + size;
		if (id === 'LIST' && type === 'strl') {
			number++;
			const stream = await readStream(window, at + 12, Math.min(to, end), number);
			if (stream) {
				const read = accessUnitReader(stream.bitstream);
				// The reader gets to know the sets of the header; they are no picture.
				if (stream.bitstream.lengthBytes > 0) read?.(setsOfRecord(stream.extra).sets);
				if (!read) throw new NeedsDecoding('unsupported', `How ${stream.fourCc} orders its pictures is not known`);
				return { stream, read };
			}
		}
		at = to + (to & 1);
	}
	return {};
};

const readStream = async (window: Window, start: number, end: number, number: number): Promise<Stream | undefined> => {
	let [scale, rate, isVideo] = [0, 0, false];
	for (let at = start; at + 8 <= end; ) {
		const { id, size } = await readHeader(window, at);
		const body = await window.upTo(at + 8, Math.min(size, 4096));
		if (id === 'strh' && body.length >= 36) {
			isVideo = body.toString('latin1', 0, 4) === 'vids';
			[scale, rate] = [body.readUInt32LE(20), body.readUInt32LE(24)];
			if (isVideo && body.readUInt32LE(28) !== 0)
				throw new NeedsDecoding('unsupported', 'The video stream begins later than others');
		}
		if (id === 'strf' && isVideo && body.length >= 40) {
			const fourCc = body.toString('latin1', 16, 20);
			const [width, height] = [body.readInt32LE(4), Math.abs(body.readInt32LE(8))];
			const extra = Buffer.from(body.subarray(Math.min(40, body.length)));
			const codec = codecOfFourCc(fourCc);
			// Units have lengths where a stream was copied from MP4 with its record, and start codes elsewhere.
			const lengthBytes = codec === 'h264' && extra[0] === 1 ? setsOfRecord(extra).lengthBytes : 0;
			return {
				number,
				fourCc,
				bitstream: { codec, lengthBytes },
				scale: scale || 1,
				rate: rate || 1,
				width,
				height,
				extra,
			};
		}
		at += 8 + size + (size & 1);
	}
	return undefined;
};
