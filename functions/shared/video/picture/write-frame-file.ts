import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Picture } from '../extract/ppm.ts';
import { encodeImage, type ImageFormat } from './encode.ts';

/**
 * Writes a frame as `frame_<index, 6 digits>.<format>`, whole or not at all.
 * @returns its path
 */
export const writeFrameFile = async (
	folder: string,
	index: number,
	picture: Picture,
	format: ImageFormat,
): Promise<string> => {
	const file = join(folder, `frame_${String(index).padStart(6, '0')}.${format}`);
	await writeFile(`${file}.part`, await encodeImage(picture, format));
	await rename(`${file}.part`, file);
	return file;
};
