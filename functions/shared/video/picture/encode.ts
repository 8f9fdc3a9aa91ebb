import type { Picture } from '../extract/ppm.ts';
import { sharp } from './sharp.ts';

export type ImageFormat = 'png' | 'jpg' | 'webp';

/**
 * An image file of a picture, without metadata. PNG is lossless; JPEG and WebP are made from the same RGB pixels, so that
 * all three agree in colour.
 */
export const encodeImage = ({ width, height, data }: Picture, format: ImageFormat): Promise<Buffer> => {
	const image = sharp(data, { raw: { width, height, channels: 3 } });
	if (format === 'jpg') return image.jpeg({ quality: 95, chromaSubsampling: '4:4:4' }).toBuffer();
	if (format === 'webp') return image.webp({ quality: 95, effort: 0 }).toBuffer();
	return image.png({ compressionLevel: 1 }).toBuffer();
};
