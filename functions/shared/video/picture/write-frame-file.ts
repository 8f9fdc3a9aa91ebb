import { rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FramefanError, messageOf } from '../../errors.ts';
import type { Size } from '../../size.ts';
import type { VideoPicture } from '../extract/picture.ts';
import { encodeImage } from './encode.ts';
import type { ImageOptions } from './image-format.ts';

/**
 * Writes a frame as `frame_<index, 6 digits>.<format>` in this size, atomically.
 * @returns its path
 * @throws FramefanError with its path, when it can't be written
 */
export async function writeFrameFile(
	folder: string,
	index: number,
	picture: VideoPicture,
	options: ImageOptions,
	to: Size = picture,
): Promise<string> {
	const file = join(folder, `frame_${String(index).padStart(6, '0')}.${options.format}`);
	const bytes = await encodeImage(picture, options, to);
	try {
		await writeFile(`${file}.part`, bytes);
		await rename(`${file}.part`, file);
		return file;
	} catch (error) {
		await rm(`${file}.part`, { force: true });
		throw new FramefanError(`${file} can't be written: ${messageOf(error)}`);
	}
}
