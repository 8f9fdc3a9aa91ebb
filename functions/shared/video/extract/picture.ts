/**
 * How a picture's pixels lie, 8 bit, rows from the top without padding. `rgb24`: R, G and B of each pixel. The others are
 * the planes of a video with even sides: Y of all pixels, then U and V of a quarter of them, in limited range, by the
 * matrix of BT.601 (which is also that of video that says nothing of its colours) or BT.709.
 */
export type PixelFormat = 'rgb24' | 'yuv420p-bt601' | 'yuv420p-bt709';

/** One picture as it leaves the decoder, upright. */
export type VideoPicture = { width: number; height: number; pixels: PixelFormat; bytes: Buffer };

/** One picture: RGB, 8 bit, rows from the top without padding (height × width × 3 bytes). */
export type Picture = { width: number; height: number; data: Buffer };

/** Memory of pictures that nobody needs any more: new memory costs as much as an encoder does. */
const spare: Buffer[] = [];
const mostSpare = 8;

/** Takes back the pixels of a picture; nobody may look at them afterwards. */
export function recyclePixels(pixels: Buffer): void {
	if (spare.length < mostSpare) spare.push(pixels);
}

/** Memory for so many bytes of pixels, with anything in it. */
export function pixelMemory(length: number): Buffer {
	const at = spare.findIndex(pixels => pixels.length === length);
	if (at >= 0) return spare.splice(at, 1)[0] as Buffer;
	// Of another size: those of the video before.
	if (spare.length === mostSpare) spare.shift();
	return Buffer.allocUnsafeSlow(length);
}
