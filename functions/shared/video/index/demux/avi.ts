import * as z from 'zod';
import { storedObject } from '../../../stored-object.ts';
import { type AccessUnit, type AccessUnitReader, accessUnitReader } from '../../bitstream/access-units.ts';
import { setsOfRecord } from '../../bitstream/h264-headers.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import { makeWindow, type Window } from '../../source/window.ts';
import { makeBox } from '../boxes.ts';
import { cutOff } from '../end-damage.ts';
import { codecOfFourCc } from '../four-cc.ts';
import { NeedsDecoding } from '../needs-decoding.ts';
import type { VideoIndex } from '../video-index.ts';
import { type Checkpoint, firstPositionAfter, pausePass, resumedList } from './pass-state.ts';
import { emptyList, indexOfSamples, type SampleList } from './sample-list.ts';

/** Bytes per read. */
const windowBytes = 4 * 1024 * 1024;
/** Largest picture in bytes. */
const largestChunk = 100 * 1024 * 1024;

const streamSchema = storedObject({
	number: z.number().int(),
	fourCc: z.string().length(4),
	bitstream: storedObject({ codec: z.string(), lengthBytes: z.number().int() }),
	scale: z.number().int(),
	rate: z.number().int(),
	width: z.number().int(),
	height: z.number().int(),
	/** Configuration of the decoder, which follows the bitmap header, in base64. */
	extra: z.base64(),
});
type Stream = z.output<typeof streamSchema>;

const readerSchema = storedObject({
	stream: streamSchema,
	/** Ends of the open lists, outermost first. */
	ends: z.array(z.number().int()),
	/** Number of chunks of the stream before the current position, including empty ones. */
	chunks: z.number().int(),
	damage: z.string().nullable(),
});

/**
 * Indexes an AVI file by a pass over its chunks, including OpenDML (OpenDML AVI File Format Extensions 1.02). Times are
 * positions, since the file has no others. Nothing is decoded.
 * @throws NeedsDecoding for anything unknown; DeferredError when time is up, to continue later
 */
export async function indexAvi(source: ByteSource, checkpoint?: Checkpoint): Promise<VideoIndex> {
	const state = await checkpoint?.load();
	const resumed = state && readerSchema.parse(state.reader);
	const list = state ? resumedList(state) : emptyList(false);
	const window = makeWindow(source, windowBytes);
	let stream = resumed?.stream;
	let read = stream && readerOf(stream, list.first, firstPositionAfter(list));
	let damage = resumed?.damage ?? undefined;
	const ends = resumed?.ends ?? [];
	let chunks = resumed?.chunks ?? 0;
	/** State at the last picture where the pass can resume. */
	let restart = { ends: [...ends], chunks };
	const notes: string[] = [];
	let at = state?.at ?? 0;
	while (at + 8 <= source.size) {
		while (ends.length > 0 && at + 8 > (ends.at(-1) as number)) {
			const end = ends.pop() as number;
			at = Math.max(at, end + (end & 1));
		}
		if (at + 8 > source.size) break;
		const { id, size, type } = await readHeader(window, at);
		const [from, to] = [at + 8, at + 8 + size];
		const end = Math.min(ends.at(-1) ?? source.size, source.size);
		if (ends.length === 0) {
			if (id !== 'RIFF' || (at === 0 ? type !== 'AVI ' : type !== 'AVIX')) {
				if (at === 0) throw new NeedsDecoding('corrupt', 'The file is not an AVI');
				if (id === 'RIFF') throw new NeedsDecoding('unsupported', 'The file holds several recordings');
				notes.push(`The last ${source.size - at} bytes of the file are not part of a known chunk`);
				break;
			}
			// An unfinished recording has no size.
			damage ??= size === 0 ? undefined : cutOff(to, source.size);
			ends.push(size === 0 ? source.size : to);
			at = from + 4;
			continue;
		}
		if (id === 'LIST' && (type === 'movi' || type === 'rec ')) {
			ends.push(size === 0 ? end : Math.min(to, end));
			at = from + 4;
			continue;
		}
		if (id === 'LIST' && type === 'hdrl') {
			stream ??= await readStreams(window, from + 4, Math.min(to, end));
			read ??= stream && readerOf(stream, undefined, 0);
		} else if (/^[0-9]{2}d[bc]$/.test(id)) {
			if (!stream || !read || ends.length < 2)
				throw new NeedsDecoding('unsupported', 'Pictures precede the description of their stream');
			if (Number(id.slice(0, 2)) === stream.number) {
				const unit = await readPicture(window, { from, size, end }, read, list);
				if (unit) list.storedPositions?.push(chunks);
				if (unit?.isRestart) restart = { ends: [...ends], chunks };
				chunks++;
			}
			const reader = { stream, ...restart, damage: damage ?? null };
			if (checkpoint?.isDue())
				await pausePass(checkpoint, list, picture => (list.offset[picture] as number) - 8, reader);
		} else if (/^[0-9]{2}pc$/.test(id)) throw new NeedsDecoding('unsupported', 'The palette changes');
		else if (!/^([0-9]{2}(wb|tx|sb|xx)|ix[0-9]{2}|idx1|JUNK|junk|LIST|ID3 |indx|vprp|dmlh|strn|\0{4})$/.test(id))
			throw new NeedsDecoding('corrupt', `The bytes at ${at} are not a known chunk`);
		at = to + (to & 1);
	}
	if (!stream) throw new NeedsDecoding('unsupported', 'The file has no video stream');
	const { width, height, fourCc, bitstream, scale, rate } = stream;
	const extra = Buffer.from(stream.extra, 'base64');
	return indexOfSamples(list, {
		...{ demuxer: 'avi', stream: 'V:0', packets: null, damage, notes, width, height, fourCc, bitstream },
		timeBase: { num: scale, den: rate },
		configuration: extra.length > 0 ? makeBox('glbl', extra) : Buffer.alloc(0),
	});
}

/** A reader for the pictures of a stream, initialised with the parameter sets of the header and the first picture. */
const readerOf = (
	{ bitstream, fourCc, extra }: Stream,
	first: Buffer | undefined,
	firstPosition: number,
): AccessUnitReader => {
	const read = accessUnitReader(bitstream, firstPosition);
	if (!read) throw new NeedsDecoding('unsupported', `The picture order of ${fourCc} is unknown`);
	// Neither is added to the list of pictures.
	if (bitstream.lengthBytes > 0) read(setsOfRecord(Buffer.from(extra, 'base64')).sets);
	if (first) read(first);
	return read;
};

const readHeader = async (window: Window, at: number): Promise<{ id: string; size: number; type: string }> => {
	const bytes = await window.upTo(at, 12);
	if (bytes.length < 8) throw new NeedsDecoding('corrupt', 'The file ends in the middle of a chunk');
	return { id: bytes.toString('latin1', 0, 4), size: bytes.readUInt32LE(4), type: bytes.toString('latin1', 8, 12) };
};

/** Adds a picture to the list; not an empty chunk, which repeats the previous picture and outputs none. */
const readPicture = async (
	window: Window,
	{ from, size, end }: { from: number; size: number; end: number },
	read: AccessUnitReader,
	list: SampleList,
): Promise<AccessUnit | undefined> => {
	if (size === 0) return undefined;
	if (size > largestChunk) throw new NeedsDecoding('corrupt', `A picture has ${size} bytes`);
	// A cut-off picture has a position, too, although it can't be decoded.
	const bytes = await window.upTo(from, Math.min(size, end - from));
	const unit = read(bytes);
	if (!unit && from + size > end) return undefined;
	if (!unit) throw new NeedsDecoding('unsupported', 'A chunk is not exactly one picture');
	if (list.units.length === 0) list.first = Buffer.from(bytes);
	list.offset.push(from);
	list.size.push(size);
	list.units.push(unit);
	return unit;
};

/** The first video stream of the header list. */
const readStreams = async (window: Window, start: number, end: number): Promise<Stream | undefined> => {
	let number = -1;
	for (let at = start; at + 8 <= end; ) {
		const { id, size, type } = await readHeader(window, at);
		const to = at + 8 + size;
		if (!/^(avih|LIST|JUNK|junk)$/.test(id))
			throw new NeedsDecoding('corrupt', `The bytes at ${at} are not part of a known header`);
		if (id === 'LIST' && type === 'strl') {
			number++;
			const stream = await readStream(window, at + 12, Math.min(to, end), number);
			if (stream) return stream;
		}
		at = to + (to & 1);
	}
	return undefined;
};

const readStream = async (window: Window, start: number, end: number, number: number): Promise<Stream | undefined> => {
	let [scale, rate, isVideo] = [0, 0, false];
	for (let at = start; at + 8 <= end; ) {
		const { id, size } = await readHeader(window, at);
		if (!/^(strh|strf|strd|strn|indx|vprp|JUNK|junk)$/.test(id))
			throw new NeedsDecoding('corrupt', `The bytes at ${at} are not part of a known header`);
		const body = await window.upTo(at + 8, Math.min(size, 4096));
		if (id === 'strh' && body.length >= 36) {
			isVideo = body.toString('latin1', 0, 4) === 'vids';
			[scale, rate] = [body.readUInt32LE(20), body.readUInt32LE(24)];
			if (isVideo && body.readUInt32LE(28) !== 0)
				throw new NeedsDecoding('unsupported', 'The video stream begins later than other streams');
		}
		if (id === 'strf' && isVideo && body.length >= 40) {
			const fourCc = body.toString('latin1', 16, 20);
			const [width, height] = [body.readInt32LE(4), Math.abs(body.readInt32LE(8))];
			const extra = Buffer.from(body.subarray(Math.min(40, body.length)));
			const codec = codecOfFourCc(fourCc);
			// Units have lengths if the stream was copied from MP4 with its record, otherwise start codes.
			const lengthBytes = codec === 'h264' && extra[0] === 1 ? setsOfRecord(extra).lengthBytes : 0;
			return {
				...{ number, fourCc, bitstream: { codec, lengthBytes }, scale: scale || 1, rate: rate || 1, width, height },
				extra: extra.toString('base64'),
			};
		}
		at += 8 + size + (size & 1);
	}
	return undefined;
};
