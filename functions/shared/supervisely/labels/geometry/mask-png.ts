import { deflateSync, inflateSync } from 'node:zlib';
import { PermanentError } from '../../../errors.ts';
import { sharp } from '../../../video/picture/sharp.ts';
import type { Raster } from './raster.ts';

/** How to read the pixels of a mask. */
export type MaskReading = 'set' | 'alpha';

const signature = Buffer.from('89504e470d0a1a0a', 'hex');
/** Largest number of pixels of a mask, more than any frame has; protects against exhausting memory. */
const mostPixels = 2 ** 26;
/** Offsets in the header of a PNG. */
const at = { width: 16, height: 20, colourType: 25, end: 33 };
/** PNG colour type of gray without alpha. */
const gray = 0;

/**
 * Reads a mask's `data`: base64 of zlib of a PNG, or of a PNG itself, as some tools write it.
 * - `set`: 255 for set pixels: those that are not transparent, or, in a gray picture, not black
 * - `alpha`: the gray value of each pixel, 0 to 255
 * @throws PermanentError `label` when it is not such data, or too large
 */
export async function readMask(data: string, reading: MaskReading): Promise<{ raster: Raster; packed: boolean }> {
	const bytes = Buffer.from(data, 'base64');
	const png = inflated(bytes) ?? bytes;
	const packed = png !== bytes;
	if (png.length < at.end || !png.subarray(0, signature.length).equals(signature)) {
		throw unreadable('holds neither zlib data nor a PNG');
	}
	const [width, height] = [png.readUInt32BE(at.width), png.readUInt32BE(at.height)];
	if (width * height > mostPixels) throw unreadable(`holds a picture of ${width} x ${height}, larger than any frame`);
	const values = reading === 'set' ? await maskBits(png, packed) : await grays(png);
	return { raster: { width, height, pixelBytes: 1, data: values }, packed };
}

/** `data` of a mask: transparent where it isn't set, for `set`; its gray values for `alpha`. */
export async function writeMask({ width, height, data }: Raster, reading: MaskReading): Promise<string> {
	const channels = reading === 'set' ? 2 : 1;
	const pixels = reading === 'set' ? twice(data) : data;
	const png = await sharp(pixels, { raw: { width, height, channels } }).toColourspace('b-w').png().toBuffer();
	return deflateSync(png).toString('base64');
}

const twice = (data: Uint8Array): Uint8Array => {
	const pixels = new Uint8Array(data.length * 2);
	for (let pixel = 0; pixel < data.length; pixel++) {
		pixels[2 * pixel] = data[pixel] as number;
		pixels[2 * pixel + 1] = data[pixel] as number;
	}
	return pixels;
};

const maskBits = async (png: Buffer, packed: boolean): Promise<Uint8Array> => {
	const { pixels, channels } = await decode(png);
	// In an uncompressed PNG, the SDK treats a pixel as set if any channel is not 0.
	if (channels > 1 && !packed) return combined(pixels, channels, parts => (parts.some(part => part !== 0) ? 255 : 0));
	if (channels === 3) {
		throw unreadable('holds a colour picture without transparency: it does not say which pixels are set');
	}
	const mask = new Uint8Array(pixels.length / channels);
	for (let pixel = 0, from = channels - 1; pixel < mask.length; pixel++, from += channels) {
		mask[pixel] = pixels[from] === 0 ? 0 : 255;
	}
	return mask;
};

const grays = async (png: Buffer): Promise<Uint8Array> => {
	const { pixels, channels } = await decode(png);
	if (channels === 1) return pixels;
	return combined(pixels, channels, ([red = 0, green = 0, blue = 0]) =>
		Math.round(0.299 * red + 0.587 * green + 0.114 * blue),
	);
};

const combined = (pixels: Uint8Array, channels: number, combine: (parts: Uint8Array) => number): Uint8Array =>
	Uint8Array.from({ length: pixels.length / channels }, (_, pixel) =>
		combine(pixels.subarray(pixel * channels, (pixel + 1) * channels)),
	);

const inflated = (bytes: Buffer): Buffer | undefined => {
	try {
		return inflateSync(bytes, { maxOutputLength: mostPixels });
	} catch {
		return undefined;
	}
};

const decode = async (png: Buffer): Promise<{ pixels: Uint8Array; channels: number }> => {
	try {
		const image = sharp(png, { limitInputPixels: mostPixels });
		// Otherwise sharp triples gray values; with alpha, the conversion would drop the alpha.
		const plain = png.readUInt8(at.colourType) === gray ? image.toColourspace('b-w') : image;
		const { data, info } = await plain.raw().toBuffer({ resolveWithObject: true });
		return { pixels: data, channels: info.channels };
	} catch (error) {
		throw unreadable('holds a PNG that cannot be read', { cause: error });
	}
};

const unreadable = (what: string, options?: ErrorOptions) =>
	new PermanentError('label', `geometry.bitmap.data ${what}`, options);
