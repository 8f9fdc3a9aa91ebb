import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

/** Bytes that are packed together: enough for packing to pay, few enough to be unpacked for one text. */
const blockBytes = 2 ** 18;

/** Where a text is kept. */
export type Place = { block: number; start: number; end: number };

/** Keeps many texts in little memory. Reading them in the order in which they were added is fast. */
export const makePackedTexts = () => {
	const blocks: Buffer[] = [];
	let open: Buffer[] = [];
	let openBytes = 0;
	let unpacked = { block: -1, bytes: Buffer.alloc(0) };

	const bytesOf = (block: number): Buffer => {
		if (block === blocks.length) return Buffer.concat(open);
		if (unpacked.block !== block) unpacked = { block, bytes: inflateRawSync(blocks[block] as Buffer) };
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
};
