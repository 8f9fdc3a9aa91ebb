import { readFileSync, writeFileSync } from 'node:fs';

/** A box of an MP4 file: either bytes or other boxes. */
export type Mp4Box = { type: string; body: Buffer; boxes?: Mp4Box[] };

const parents = new Set(['moov', 'trak', 'mdia', 'minf', 'stbl', 'edts', 'moof', 'traf', 'mvex', 'udta']);

/** Takes bytes apart into boxes. */
export function parseBoxes(bytes: Buffer): Mp4Box[] {
	const boxes: Mp4Box[] = [];
	for (let at = 0; at + 8 <= bytes.length; ) {
		const size = bytes.readUInt32BE(at);
		const type = bytes.toString('latin1', at + 4, at + 8);
		const body = bytes.subarray(at + 8, at + size);
		boxes.push(parents.has(type) ? { type, body, boxes: parseBoxes(body) } : { type, body });
		at += size;
	}
	return boxes;
}

/** Puts boxes together again. */
export function writeBoxes(boxes: Mp4Box[]): Buffer {
	return Buffer.concat(
		boxes.map(box => {
			const body = box.boxes ? writeBoxes(box.boxes) : box.body;
			const head = Buffer.alloc(8);
			head.writeUInt32BE(body.length + 8);
			head.write(box.type, 4, 'latin1');
			return Buffer.concat([head, body]);
		}),
	);
}

/** The first box at a path. */
export function boxAt(boxes: Mp4Box[], ...path: string[]): Mp4Box {
	const [type, ...rest] = path;
	for (const box of boxes) {
		if (box.type !== type) continue;
		if (rest.length === 0) return box;
		try {
			return boxAt(box.boxes ?? [], ...rest);
		} catch {
			// The next track may have it.
		}
	}
	throw new Error(`No box ${path.join('/')}`);
}

/** A box of the first track's sample table. */
export function tableBox(boxes: Mp4Box[], type: string): Mp4Box {
	return boxAt(boxes, 'moov', 'trak', 'mdia', 'minf', 'stbl', type);
}

/** Every box in a tree. */
export function allBoxes(boxes: Mp4Box[]): Mp4Box[] {
	return boxes.flatMap(box => [box, ...allBoxes(box.boxes ?? [])]);
}

/**
 * Rewrites an MP4 file. Media data that lie after `moov` must not move: a change of size is only for files that end
 * with it.
 */
export function editMp4(from: string, to: string, edit: (boxes: Mp4Box[]) => undefined | Mp4Box[]): void {
	const boxes = parseBoxes(readFileSync(from));
	writeFileSync(to, writeBoxes(edit(boxes) ?? boxes));
}

/** A body of big-endian numbers of 32 bits. */
export function words(...values: number[]): Buffer {
	const body = Buffer.alloc(values.length * 4);
	for (const [n, value] of values.entries()) body.writeInt32BE(value | 0, n * 4);
	return body;
}
