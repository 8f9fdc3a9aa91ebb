/**
 * Layout of pixels, 8 bit, rows from the top without padding. `rgb24`: R, G and B of each pixel. The others are planes
 * with even sides: Y of all pixels, then U and V of a quarter of them, in limited range, with the matrix of BT.601 (also
 * used for untagged video) or BT.709.
 */
export type PixelFormat = 'rgb24' | 'yuv420p-bt601' | 'yuv420p-bt709';

/** A decoded picture, upright. */
export type VideoPicture = { width: number; height: number; pixels: PixelFormat; bytes: Buffer };

/** One picture: RGB, 8 bit, rows from the top without padding (height × width × 3 bytes). */
export type Picture = { width: number; height: number; data: Buffer };

/** Unused pixel buffers: allocating new ones costs as much time as encoding. */
const spare: Buffer[] = [];
const mostSpare = 8;

/** Recycles the pixels of a picture; they must not be used afterwards. */
export function recyclePixels(pixels: Buffer): void {
	if (spare.length < mostSpare) spare.push(pixels);
}

/** A buffer for pixels, of `length` bytes, with arbitrary content. */
export function pixelMemory(length: number): Buffer {
	const at = spare.findIndex(pixels => pixels.length === length);
	if (at >= 0) return spare.splice(at, 1)[0] as Buffer;
	// All spare buffers have another size, such as that of an earlier video.
	if (spare.length === mostSpare) spare.shift();
	return Buffer.allocUnsafeSlow(length);
}
