import { pixelMemory } from './picture.ts';

/** A picture from the pipe: RGB or planes. */
export type PipedPicture = { width: number; height: number; isPlanar: boolean; bytes: Buffer };

type Filling = PipedPicture & { filled: number };

/** Longest header of a file, in bytes. */
const longestHeader = 64;

/**
 * Reads a stream of binary PPM files, or of PGM files of ffmpeg's encoder `pgmyuv`: rows of Y, then rows of U, each
 * followed by the row of V. Ends with the last complete picture.
 */
export async function* readPictures(stream: AsyncIterable<Buffer>): AsyncGenerator<PipedPicture, void> {
	let header = Buffer.alloc(0);
	let picture: Filling | undefined;
	for await (let piece of stream) {
		while (piece.length > 0) {
			if (!picture) {
				header = Buffer.concat([header, piece.subarray(0, longestHeader)]);
				const found = /^P([56])\s(\d+) (\d+)\s255\s/.exec(header.toString('latin1'));
				if (!found) {
					piece = piece.subarray(longestHeader);
					continue;
				}
				const inThisPiece = found[0].length - (header.length - Math.min(longestHeader, piece.length));
				piece = piece.subarray(inThisPiece);
				header = Buffer.alloc(0);
				picture = begin(found[1] === '5', Number(found[2]), Number(found[3]));
			}
			const taken = fill(picture, piece);
			piece = piece.subarray(taken);
			if (picture.filled === picture.bytes.length) {
				const { filled, ...whole } = picture;
				picture = undefined;
				yield whole;
			}
		}
	}
}

/** @param rows of the file; for planes, 1.5 times the height of the picture */
function begin(isPlanar: boolean, width: number, rows: number): Filling {
	const height = isPlanar ? (rows * 2) / 3 : rows;
	return { width, height, isPlanar, bytes: pixelMemory(width * rows * (isPlanar ? 1 : 3)), filled: 0 };
}

/** Copies the bytes of a picture from the beginning of a piece. @returns how many */
function fill(picture: Filling, piece: Buffer): number {
	const { width, height, bytes, isPlanar } = picture;
	const chroma = isPlanar ? width * height : bytes.length;
	let taken = 0;
	if (picture.filled < chroma) {
		taken = piece.copy(bytes, picture.filled, 0, chroma - picture.filled);
		picture.filled += taken;
	}
	const half = width / 2;
	while (taken < piece.length && picture.filled < bytes.length) {
		// Rows of U and V alternate and are split into two planes.
		const row = Math.floor((picture.filled - chroma) / half);
		const column = (picture.filled - chroma) % half;
		const plane = chroma + (row % 2) * ((width * height) / 4);
		const to = plane + (row >> 1) * half + column;
		const length = piece.copy(bytes, to, taken, taken + half - column);
		taken += length;
		picture.filled += length;
	}
	return taken;
}
