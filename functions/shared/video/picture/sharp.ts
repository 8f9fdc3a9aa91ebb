import { createRequire } from 'node:module';

/** The image library, which is in a layer: only `require` searches NODE_PATH, where layers are. */
export const sharp = createRequire(import.meta.url)('sharp') as typeof import('sharp').default;

// Every picture is new, so no cache; pictures are encoded in parallel, each by one thread.
sharp.cache(false);
sharp.concurrency(1);
