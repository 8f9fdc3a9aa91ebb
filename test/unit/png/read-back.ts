import { decode } from 'fast-png';
import { expect } from 'vitest';
import type { Picture } from '#shared/video/extract/picture.ts';
import { sharp } from '#shared/video/picture/sharp.ts';

/** Fails unless two decoders that share no code read these pixels from the file. */
export async function expectReadBack(png: Buffer, { width, height, data }: Picture): Promise<void> {
	const channels = data.length / (width * height);
	const own = decode(png, { checkCrc: true });
	expect([own.width, own.height, own.channels, own.depth]).toEqual([width, height, channels, 8]);
	expect(data.equals(own.data as Uint8Array), `${width} x ${height} as fast-png reads it`).toBe(true);
	const read = sharp(png, { failOn: 'warning' });
	// Gray comes out as RGB unless one channel is asked for.
	const { data: pixels, info } = await (channels === 1 ? read.extractChannel(0) : read)
		.raw()
		.toBuffer({ resolveWithObject: true });
	expect([info.width, info.height, info.channels]).toEqual([width, height, channels]);
	expect(data.equals(pixels), `${width} x ${height} as sharp reads it`).toBe(true);
}
