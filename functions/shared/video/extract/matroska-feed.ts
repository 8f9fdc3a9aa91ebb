import { bytesTell, canBeginAt } from '../bitstream/random-access.ts';
import { lastBlock, type MatroskaBlock } from '../index/matroska-block.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { NotRandomAccess } from './not-random-access.ts';
import type { Recipe } from './recipe.ts';

type MatroskaFeed = Extract<Recipe['feed'], { kind: 'matroska' }>;

/**
 * The file's own header, then its blocks, run by run, each behind the beginning of a cluster of its own: what stands in
 * the cluster before the first picture of a run needs pictures that aren't fed. Times in later clusters are absolute, so
 * they stay what they are.
 */
export const matroskaFeed = (feed: MatroskaFeed, source: ByteSource, signal: AbortSignal) => ({
	ptsInFeed: (pts: number) => pts,
	bytes: (async function* () {
		yield Buffer.from(feed.header, 'base64');
		for (const [n, first] of feed.runs.entries()) {
			const last = (feed.runs[n + 1] ?? feed.pts.length) - 1;
			if (last < first) continue;
			const [offset, size] = [feed.offset[first] as number, feed.size[first] as number];
			const end = (feed.offset[last] as number) + (feed.size[last] as number);
			const bytes = source.stream(offset, end - offset, signal);
			const { head, rest } = await cutAfter(bytes, feed.setup === '' ? Math.min(size, headBytes) : size);
			const block = lastBlock(head, feed.track);
			if (bytesTell(feed.bitstream) && !(block && canBeginAt(head.subarray(block.payload, block.end), feed.bitstream)))
				throw new NotRandomAccess('A block is no random access point, whatever the file says');
			yield clusterBeginning(feed.clusterTime[first] ?? 0);
			yield feed.setup === '' || !block ? head : withSetup(head, block, Buffer.from(feed.setup, 'base64'));
			yield* rest;
		}
	})(),
});

/** Bytes of a block that tell whether decoding can begin there. */
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

/** The elements of a picture, the last block of which has the setup in front of its payload. */
const withSetup = (bytes: Buffer, block: MatroskaBlock, setup: Buffer): Buffer => {
	const head = Buffer.from(bytes.subarray(block.start, block.flags + 1));
	// A simple block says itself what its group said by having no reference: that it is a key. It holds one picture.
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
