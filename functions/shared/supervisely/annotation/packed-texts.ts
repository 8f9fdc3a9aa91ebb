import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { at } from '../../at.ts';

/** Bytes per compressed block: large enough to compress well, small enough to decompress for one text. */
const blockBytes = 2 ** 18;

/** Position of a text. */
export type Place = { block: number; start: number; end: number };

/** Stores many texts compressed. Reading them in the order of insertion is fast. */
export function makePackedTexts() {
	const blocks: Buffer[] = [];
	let open: Buffer[] = [];
	let openBytes = 0;
	let unpacked = { block: -1, bytes: Buffer.alloc(0) };

	const bytesOf = (block: number): Buffer => {
		if (block === blocks.length) return Buffer.concat(open);
		if (unpacked.block !== block) unpacked = { block, bytes: inflateRawSync(at(blocks, block)) };
		return unpacked.bytes;
	};
	return {
		/** @param text UTF-8; copied */
		add: (text: Buffer): Place => {
			const place = { block: blocks.length, start: openBytes, end: openBytes + text.length };
			open.push(Buffer.from(text));
			openBytes += text.length;
			if (openBytes >= blockBytes) {
				blocks.push(deflateRawSync(Buffer.concat(open), { level: constants.Z_BEST_SPEED }));
				[open, openBytes] = [[], 0];
			}
			return place;
		},
		read: ({ block, start, end }: Place): string => bytesOf(block).toString('utf8', start, end),
	};
}
