import type { Picture } from '../extract/ppm.ts';
import { sharp } from './sharp.ts';

/** A lossless PNG, 8-bit RGB, without metadata. */
export const encodePng = ({ width, height, data }: Picture): Promise<Buffer> =>
	sharp(data, { raw: { width, height, channels: 3 } })
		.png({ compressionLevel: 1 })
		.toBuffer();
