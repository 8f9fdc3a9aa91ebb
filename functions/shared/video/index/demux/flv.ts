import { type AccessUnitReader, accessUnitReader } from '../../bitstream/access-units.ts';
import type { Bitstream } from '../../bitstream/bitstream.ts';
import { setsOfRecord } from '../../bitstream/h264-headers.ts';
import type { ByteSource } from '../../source/byte-source.ts';
import { makeWindow } from '../../source/window.ts';
import { makeBox } from '../boxes.ts';
import { endDamage } from '../end-damage.ts';
import { NeedsDecoding } from '../needs-decoding.ts';
import type { VideoIndex } from '../video-index.ts';
import { emptyList, indexOfSamples } from './sample-list.ts';

/** Bytes that are read at a time. */
const windowBytes = 4 * 1024 * 1024;

type Codec = { bitstream: Bitstream; fourCc: string; configuration: Buffer; read: AccessUnitReader | undefined };

/**
 * Indexes a Flash video by a pass over its tags (Adobe Flash Video File Format Specification 10.1, annex E). Times are
 * milliseconds. Nothing is decoded.
 * @throws NeedsDecoding for whatever isn't understood
 */
export async function indexFlv(source: ByteSource): Promise<VideoIndex> {
	const window = makeWindow(source, windowBytes);
	const list = emptyList(true);
	let codec: Codec | undefined;
	let at = (await window.bytes(5, 4)).readUInt32BE(0) + 4;
	while (at + 11 <= source.size) {
		const header = await window.bytes(at, 11);
		const type = header[0] as number;
		const size = header.readUIntBE(1, 3);
		// Three bytes, and a fourth in front of them.
		const time = header.readUIntBE(4, 3) + ((header[7] ?? 0) << 24);
		const start = at + 11;
		at = start + size + 4;
		if (![8, 9, 18].includes(type))
			throw new NeedsDecoding('corrupt', `The bytes at ${start - 11} are no tag that is known`);
		if (type !== 9 || size === 0 || start + size > source.size) continue;
		const body = await window.bytes(start, size);
		const frameType = (body[0] as number) >> 4;
		const id = (body[0] as number) & 15;
		// A command for players.
		if (frameType === 5) continue;
		if (id !== 2 && id !== 7)
			throw new NeedsDecoding('unsupported', `How codec ${id} orders its pictures is not known`);
		let payload = 1;
		let shift = 0;
		if (id === 7) {
			payload = 5;
			if (body[1] === 0) {
				if (codec) throw new NeedsDecoding('unsupported', 'The description of the codec comes twice');
				const configuration = Buffer.from(body.subarray(5));
				const { lengthBytes, sets } = setsOfRecord(configuration);
				const bitstream = { codec: 'h264', lengthBytes };
				const read = accessUnitReader(bitstream);
				// The reader gets to know the sets; they are no picture.
				read?.(sets);
				codec = { bitstream, fourCc: 'avc1', configuration: makeBox('avcC', configuration), read };
				continue;
			}
			if (body[1] !== 1) continue;
			shift = body.readIntBE(2, 3);
		} else
			codec ??= {
				...{ bitstream: { codec: 'flv1', lengthBytes: 0 }, fourCc: 'FLV1', configuration: Buffer.alloc(0) },
				read: accessUnitReader({ codec: 'flv1', lengthBytes: 0 }),
			};
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
	}
	if (!codec) throw new NeedsDecoding('unsupported', 'The file has no video tags');
	const { bitstream, fourCc, configuration } = codec;
	return indexOfSamples(list, {
		...{ demuxer: 'flv', stream: 'V:0', packets: null, width: 0, height: 0, fourCc, configuration, bitstream },
		...{ timeBase: { num: 1, den: 1000 }, damage: await endDamage(source, 'flv'), notes: [] },
	});
}
