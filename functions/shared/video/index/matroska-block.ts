import { readVint } from './ebml.ts';
import { ids } from './matroska-ids.ts';

/**
 * A block in a buffer, by positions: of its element or group, of its header (track, time and flags), of its flags, and of
 * the start and end of the picture's bytes.
 */
export type MatroskaBlock = { at: number; start: number; flags: number; payload: number; end: number };

/**
 * The last block of a track in bytes that begin with a block or a group, also if it is cut off. Undefined if there is none.
 */
export function lastBlock(bytes: Buffer, track: number): MatroskaBlock | undefined {
	let found: MatroskaBlock | undefined;
	const walk = (from: number, to: number, group: number | undefined) => {
		for (let at = from; at + 2 <= to; ) {
			const id = readVint(bytes, at, true);
			const size = readVint(bytes, at + id.length, false);
			const start = at + id.length + size.length;
			const end = Math.min(to, start + size.value);
			if (id.value === ids.blockGroup) walk(start, end, at);
			if (id.value === ids.simpleBlock || id.value === ids.block) {
				const number = readVint(bytes, start, false);
				const flags = start + number.length + 2;
				// A laced block with a single picture has the count minus one before it.
				if (number.value === track)
					found = { at: group ?? at, start, flags, payload: flags + ((bytes[flags] ?? 0) & 0x06 ? 2 : 1), end };
			}
			at = start + size.value;
		}
	};
	try {
		walk(0, bytes.length, undefined);
	} catch {
		// The bytes end in the middle of an element: keeps the last block found.
	}
	return found;
}
