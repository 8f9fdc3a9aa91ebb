import { PermanentError } from '../../errors.ts';
import type { Window } from '../source/window.ts';

/** An EBML element: its id, and where its content is in the file; `end` is Infinity when its size is unknown (RFC 8794). */
export type Element = { id: number; start: number; end: number; at: number };

/** A variable-length integer at an offset of a buffer; `marker` keeps the length marker, as ids do. */
export function readVint(
	bytes: Buffer,
	at: number,
	marker: boolean,
): { value: number; length: number; unknown: boolean } {
	const first = bytes[at];
	if (!first) throw new PermanentError('corrupt', 'An EBML number is longer than 8 bytes');
	const length = Math.clz32(first) - 23;
	let value = marker ? first : first & (0xff >> length);
	let ones = (first | (0xff << (8 - length))) & 0xff;
	for (let n = 1; n < length; n++) {
		const byte = bytes[at + n];
		if (byte === undefined) throw new PermanentError('corrupt', 'The file ends in the middle of an EBML number');
		value = value * 256 + byte;
		ones &= byte;
	}
	return { value, length, unknown: ones === 0xff };
}

export async function readElement(window: Window, at: number): Promise<Element> {
	const bytes = await window.upTo(at, 12);
	const id = readVint(bytes, 0, true);
	const size = readVint(bytes, id.length, false);
	const start = at + id.length + size.length;
	return { id: id.value, at, start, end: size.unknown ? Number.POSITIVE_INFINITY : start + size.value };
}

/** Consecutive elements in `[start, end)`; a last one that is cut off is skipped. */
export async function* elementsIn(window: Window, start: number, end: number): AsyncIterable<Element> {
	for (let at = start; at + 2 <= Math.min(end, window.size); ) {
		const element = await readElement(window, at);
		yield element;
		at = element.end;
	}
}

export async function readUnsigned(window: Window, { start, end }: Element): Promise<number> {
	let value = 0;
	for (const byte of await window.bytes(start, Math.min(8, end - start))) value = value * 256 + byte;
	return value;
}
