import * as z from 'zod';
import { storedObject } from '../../../stored-object.ts';
import { type AccessUnitReader, accessUnitReader } from '../../bitstream/access-units.ts';
import type { Bitstream } from '../../bitstream/bitstream.ts';
import { setsOfRecord } from '../../bitstream/h264-headers.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import { makeWindow } from '../../source/window.ts';
import { makeBox } from '../boxes.ts';
import { endDamage } from '../end-damage.ts';
import { NeedsDecoding } from '../needs-decoding.ts';
import type { VideoIndex } from '../video-index.ts';
import { type Checkpoint, pausePass, resumedList } from './pass-state.ts';
import { emptyList, indexOfSamples } from './sample-list.ts';

/** Bytes per read. */
const windowBytes = 4 * 1024 * 1024;

type Codec = { record: string; bitstream: Bitstream; read: AccessUnitReader | undefined };
const readerSchema = storedObject({ record: z.base64() });

/**
 * Indexes a Flash video by a pass over its tags (Adobe Flash Video File Format Specification 10.1, annex E). Times are
 * milliseconds. Nothing is decoded.
 * @throws NeedsDecoding for anything unknown; DeferredError when time is up, to continue later
 */
export async function indexFlv(source: ByteSource, checkpoint?: Checkpoint): Promise<VideoIndex> {
	const window = makeWindow(source, windowBytes);
	const state = await checkpoint?.load();
	const list = state ? resumedList(state) : emptyList(true);
	const notes: string[] = [];
	let codec: Codec | undefined = state && codecOf(readerSchema.parse(state.reader).record, list.first);
	let at = state?.at ?? (await window.bytes(5, 4)).readUInt32BE(0) + 4;
	while (at + 11 <= source.size) {
		const header = await window.bytes(at, 11);
		const type = header[0] as number;
		const size = header.readUIntBE(1, 3);
		// The lower three bytes of the time, then its highest one.
		const time = header.readUIntBE(4, 3) + ((header[7] ?? 0) << 24);
		const start = at + 11;
		at = start + size + 4;
		// Players use the first recording of a file.
		if (header.toString('latin1', 0, 3) === 'FLV') {
			notes.push(`The file holds another recording after byte ${start - 11}, which is not read`);
			break;
		}
		if (![8, 9, 18].includes(type))
			throw new NeedsDecoding('corrupt', `The bytes at ${start - 11} are not a known tag`);
		if (type !== 9 || size === 0 || start + size > source.size) continue;
		const body = await window.bytes(start, size);
		const frameType = (body[0] as number) >> 4;
		const id = (body[0] as number) & 15;
		// A command for players.
		if (frameType === 5) continue;
		if (id !== 2 && id !== 7) throw new NeedsDecoding('unsupported', `The picture order of codec ${id} is unknown`);
		let payload = 1;
		let shift = 0;
		if (id === 7) {
			payload = 5;
			if (body[1] === 0) {
				if (codec) throw new NeedsDecoding('unsupported', 'The codec is described twice');
				codec = codecOf(body.toString('base64', 5), undefined);
				continue;
			}
			if (body[1] !== 1) continue;
			shift = body.readIntBE(2, 3);
		} else codec ??= codecOf('', undefined);
		if (!codec) throw new NeedsDecoding('corrupt', 'The pictures come before the description of their codec');
		const bytes = body.subarray(payload);
		const unit = codec.read?.(bytes);
		if (!unit) throw new NeedsDecoding('unsupported', 'A tag is not exactly one picture');
		if (list.units.length === 0) list.first = Buffer.from(bytes);
		list.offset.push(start + payload);
		list.size.push(size - payload);
		list.units.push(unit);
		list.times?.dts.push(time);
		list.times?.pts.push(time + shift);
		const tagHeader = 11 + payload;
		const { record } = codec;
		if (checkpoint?.isDue())
			await pausePass(checkpoint, list, picture => (list.offset[picture] as number) - tagHeader, { record });
	}
	if (!codec) throw new NeedsDecoding('unsupported', 'The file has no video tags');
	const { bitstream, record } = codec;
	const isH264 = record !== '';
	const fourCc = isH264 ? 'avc1' : 'FLV1';
	const configuration = isH264 ? makeBox('avcC', Buffer.from(record, 'base64')) : Buffer.alloc(0);
	return indexOfSamples(list, {
		...{ demuxer: 'flv', stream: 'V:0', packets: null, width: 0, height: 0, fourCc, configuration, bitstream },
		...{ timeBase: { num: 1, den: 1000 }, damage: await endDamage(source, 'flv'), notes },
	});
}

/**
 * The codec of a stream: H.264 with its record, in base64, or Sorenson's H.263 without one.
 * @param first the first picture, when the pass is resumed
 */
const codecOf = (record: string, first: Buffer | undefined): Codec => {
	if (record === '') {
		const bitstream = { codec: 'flv1', lengthBytes: 0 };
		return { record, bitstream, read: accessUnitReader(bitstream) };
	}
	const { lengthBytes, sets } = setsOfRecord(Buffer.from(record, 'base64'));
	const bitstream = { codec: 'h264', lengthBytes };
	const read = accessUnitReader(bitstream);
	// Passes the sets to the reader; they are not a picture.
	read?.(sets);
	if (first) read?.(first);
	return { record, bitstream, read };
};
