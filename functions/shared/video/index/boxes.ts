import { PermanentError } from '../../errors.ts';

/** An ISO base media box: its type, and the position of its content in the buffer. */
export type Box = { type: string; start: number; end: number };

/**
 * The consecutive boxes in `[start, end)` of a buffer (ISO/IEC 14496-12, 4.2).
 * @throws PermanentError `corrupt` for a box larger than its parent
 */
export function* boxesIn(buffer: Buffer, start: number, end: number): Iterable<Box> {
	for (let at = start; at + 8 <= end; ) {
		const type = buffer.toString('latin1', at + 4, at + 8);
		let size = buffer.readUInt32BE(at);
		let header = 8;
		if (size === 1 && at + 16 <= end) {
			size = Number(buffer.readBigUInt64BE(at + 8));
			header = 16;
		} else if (size === 0) size = end - at;
		if (size < header || at + size > end)
			throw new PermanentError('corrupt', `Box ${printable(type)} is larger than the box around it`);
		yield { type, start: at + header, end: at + size };
		at += size;
	}
}

export function findBox(buffer: Buffer, parent: { start: number; end: number }, ...path: string[]): Box | undefined {
	let found: Box | undefined;
	let { start, end } = parent;
	for (const type of path) {
		found = undefined;
		for (const box of boxesIn(buffer, start, end)) {
			if (box.type === type) {
				found = box;
				break;
			}
		}
		if (!found) return undefined;
		({ start, end } = found);
	}
	return found;
}

export function needBox(buffer: Buffer, parent: { start: number; end: number }, ...path: string[]): Box {
	const found = findBox(buffer, parent, ...path);
	if (!found) throw new PermanentError('corrupt', `The file has no ${path.join('/')} box`);
	return found;
}

/** The bytes of a box: size, type, content. */
export function makeBox(type: string, ...content: Uint8Array[]): Buffer {
	const body = Buffer.concat(content);
	const header = Buffer.alloc(8);
	header.writeUInt32BE(body.length + 8);
	header.write(type, 4, 'latin1');
	return Buffer.concat([header, body]);
}

/** Big-endian 32-bit words. */
export function words(...values: number[]): Buffer {
	const bytes = Buffer.alloc(values.length * 4);
	for (const [at, value] of values.entries()) bytes.writeUInt32BE(value >>> 0, at * 4);
	return bytes;
}

export function printable(text: string): string {
	return JSON.stringify(text.replace(/[^\x20-\x7e]/g, '?'));
}
