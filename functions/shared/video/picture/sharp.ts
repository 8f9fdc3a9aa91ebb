import { createRequire } from 'node:module';

/** The image library, from a layer: NODE_PATH, under which layers lie, is looked at by `require` only. */
export const sharp = createRequire(import.meta.url)('sharp') as typeof import('sharp').default;

// Every picture is new, so nothing is worth keeping; pictures are encoded side by side, not each by several threads.
sharp.cache(false);
sharp.concurrency(1);
