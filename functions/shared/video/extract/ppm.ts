import type { Readable } from 'node:stream';

/** One picture: RGB, 8 bit, rows from the top without padding (height × width × 3 bytes). */
export type Picture = { width: number; height: number; data: Buffer };

/** Memory of pictures that nobody needs any more: new memory costs as much as an encoder does. */
const spare: Buffer[] = [];
const mostSpare = 8;

/** Takes back the pixels of a picture; nobody may look at them afterwards. */
export function recyclePixels(data: Buffer): void {
	if (spare.length < mostSpare) spare.push(data);
}

function pixelMemory(length: number): Buffer {
	const at = spare.findIndex(data => data.length === length);
	if (at >= 0) return spare.splice(at, 1)[0] as Buffer;
	// Of another size: those of the video before.
	if (spare.length === mostSpare) spare.shift();
	return Buffer.allocUnsafeSlow(length);
}

/** Pictures of a stream of binary PPM files, one after another; ends with the last whole one. */
export const readPictures = async function* (stream: Readable): AsyncGenerator<Picture, void> {
	let header = Buffer.alloc(0);
	let picture: { width: number; height: number; data: Buffer; filled: number } | undefined;
	for await (let piece of stream as AsyncIterable<Buffer>) {
		while (piece.length > 0) {
			if (!picture) {
				header = Buffer.concat([header, piece.subarray(0, 64)]);
				const found = /^P6\s(\d+) (\d+)\s255\s/.exec(header.toString('latin1'));
				if (!found) {
					piece = piece.subarray(64);
					continue;
				}
				const inThisPiece = found[0].length - (header.length - Math.min(64, piece.length));
				piece = piece.subarray(inThisPiece);
				header = Buffer.alloc(0);
				const [width, height] = [Number(found[1]), Number(found[2])];
				picture = { width, height, data: pixelMemory(width * height * 3), filled: 0 };
			}
			const taken = piece.copy(picture.data, picture.filled);
			picture.filled += taken;
			piece = piece.subarray(taken);
			if (picture.filled === picture.data.length) {
				const { width, height, data } = picture;
				picture = undefined;
				yield { width, height, data };
			}
		}
	}
};
