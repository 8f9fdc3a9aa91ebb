import type { Size } from '#shared/size.ts';

/** Bits of a frame index that a barcode shows. */
const bits = 16;

/** Side of one block in pixels: sixteen of them fit across the picture. */
const blockSide = ({ width, height }: Size): number => Math.floor(Math.min(width / bits, height / 18));

/** An RGB picture, rows from the top (height × width × 3 bytes). */
export type RgbPicture = Size & { data: Uint8Array };

/** Draws the frame index at the top left: 16 blocks, lowest bit first, white for 1. */
export function drawBarcode(picture: RgbPicture, frame: number): void {
	const side = blockSide(picture);
	for (let y = 0; y < side; y++) {
		for (let bit = 0; bit < bits; bit++) {
			const start = (y * picture.width + bit * side) * 3;
			picture.data.fill((frame >> bit) & 1 ? 255 : 0, start, start + side * 3);
		}
	}
}

/** Reads the frame index from the middle of each block. @param drawn size of the picture before it was scaled */
export function readBarcode({ width, height, data }: RgbPicture, drawn: Size = { width, height }): number {
	const side = blockSide(drawn);
	let frame = 0;
	for (let bit = 0; bit < bits; bit++) {
		const x = Math.floor(((bit + 0.5) * side * width) / drawn.width);
		const y = Math.floor((0.5 * side * height) / drawn.height);
		if ((data[(y * width + x) * 3 + 1] as number) > 127) frame |= 1 << bit;
	}
	return frame;
}
