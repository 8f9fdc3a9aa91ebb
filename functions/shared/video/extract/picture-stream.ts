import { pixelMemory } from './picture.ts';

/** A picture as it comes through the pipe: RGB, or, where the file holds planes, those. */
export type PipedPicture = { width: number; height: number; isPlanar: boolean; bytes: Buffer };

type Filling = PipedPicture & { filled: number };

/** Bytes of a file's header that are looked at. */
const longestHeader = 64;

/**
 * Pictures of a stream of binary PPM files, or of PGM files as ffmpeg's encoder `pgmyuv` writes them: rows of Y, below
 * them rows of U, each with the row of V beside it. Ends with the last whole one.
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

/** @param rows of the file: half as many again as a picture of planes has */
function begin(isPlanar: boolean, width: number, rows: number): Filling {
	const height = isPlanar ? (rows * 2) / 3 : rows;
	return { width, height, isPlanar, bytes: pixelMemory(width * rows * (isPlanar ? 1 : 3)), filled: 0 };
}

/** Takes what belongs to a picture from the beginning of a piece, and returns how much that is. */
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
		// Rows of U and of V come in turn, and go to planes of their own.
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
