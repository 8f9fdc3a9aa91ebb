import { createRequire } from 'node:module';
import type { Picture } from '../extract/ppm.ts';

// From a layer: NODE_PATH, under which layers lie, is looked at by `require` only.
const sharp = createRequire(import.meta.url)('sharp') as typeof import('sharp').default;

// Every picture is new, so nothing is worth keeping; pictures are encoded side by side, not each by several threads.
sharp.cache(false);
sharp.concurrency(1);

/** A lossless PNG, 8-bit RGB, without metadata. */
export const encodePng = ({ width, height, data }: Picture): Promise<Buffer> =>
	sharp(data, { raw: { width, height, channels: 3 } })
		.png({ compressionLevel: 1 })
		.toBuffer();
