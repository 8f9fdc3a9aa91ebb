import { bytesTell, canBeginAt } from '../bitstream/random-access.ts';
import { lastBlock, type MatroskaBlock } from '../index/matroska-block.ts';
import { NotRandomAccess } from '../index/needs-decoding.ts';
import type { ByteSource } from '../source/byte-source.ts';
import type { DecodePlan } from './decode-plan.ts';

type MatroskaInput = Extract<DecodePlan['demuxInput'], { kind: 'matroska' }>;

/**
 * The header of the file, then the blocks of each run in a new cluster, without the earlier blocks of its cluster, which
 * need pictures that aren't in the input. Later clusters have absolute times, so they are kept as they are.
 */
export function matroskaDemuxInput(input: MatroskaInput, source: ByteSource, signal: AbortSignal) {
	return {
		ptsInInput: (pts: number) => pts,
		bytes: (async function* () {
			yield Buffer.from(input.header, 'base64');
			for (const [n, first] of input.runs.entries()) {
				const last = (input.runs[n + 1] ?? input.pts.length) - 1;
				if (last < first) continue;
				const [offset, size] = [input.offset[first] as number, input.size[first] as number];
				const end = (input.offset[last] as number) + (input.size[last] as number);
				const bytes = source.stream(offset, end - offset, signal);
				const { head, rest } = await cutAfter(bytes, input.setup === '' ? Math.min(size, headBytes) : size);
				const block = lastBlock(head, input.track);
				if (
					bytesTell(input.bitstream) &&
					!(block && canBeginAt(head.subarray(block.payload, block.end), input.bitstream))
				)
					throw new NotRandomAccess('A block that the file marks as a key frame is not a random access point');
				yield clusterBeginning(input.clusterTime[first] ?? 0);
				yield input.setup === '' || !block ? head : withSetup(head, block, Buffer.from(input.setup, 'base64'));
				yield* rest;
			}
		})(),
	};
}

/** Bytes of a block that show whether decoding can begin there. */
const headBytes = 65_536;

/** The first bytes of a stream, and those that follow. */
const cutAfter = async (
	bytes: AsyncIterable<Uint8Array>,
	length: number,
): Promise<{ head: Buffer; rest: AsyncIterable<Uint8Array> }> => {
	const iterator = bytes[Symbol.asyncIterator]();
	const pieces: Uint8Array[] = [];
	let held = 0;
	while (held < length) {
		const { value, done } = await iterator.next();
		if (done) break;
		pieces.push(value);
		held += value.length;
	}
	const all = Buffer.concat(pieces);
	const rest = async function* () {
		try {
			if (all.length > length) yield all.subarray(length);
			yield* { [Symbol.asyncIterator]: () => iterator };
		} finally {
			await iterator.return?.();
		}
	};
	return { head: all.subarray(0, length), rest: rest() };
};

/** The elements of a picture, with the setup inserted before the payload of the last block. */
const withSetup = (bytes: Buffer, block: MatroskaBlock, setup: Buffer): Buffer => {
	const head = Buffer.from(bytes.subarray(block.start, block.flags + 1));
	// Becomes a simple block with the key flag, which its group expressed by having no reference, and without lacing.
	head[head.length - 1] = ((head[head.length - 1] as number) & 0x08) | 0x80;
	const size = Buffer.alloc(8);
	size.writeBigUInt64BE(BigInt(head.length + setup.length + block.end - block.payload));
	size[0] = 1;
	return Buffer.concat([
		bytes.subarray(0, block.at),
		...[Buffer.from([0xa3]), size, head, setup, bytes.subarray(block.payload, block.end)],
	]);
};

/** A cluster of unknown size and its timestamp, 8 bytes (RFC 9559, 5.1.3). */
const clusterBeginning = (time: number): Buffer => {
	const timestamp = Buffer.alloc(8);
	timestamp.writeBigUInt64BE(BigInt(time));
	return Buffer.concat([Buffer.from('1f43b67501ffffffffffffffe788', 'hex'), timestamp]);
};
