import { createRequire } from 'node:module';
import type library from 'sharp';
import type { Sharp, SharpInput, SharpOptions } from 'sharp';

let loaded: typeof library | undefined;

/**
 * The image library. It is in a layer, and only `require` searches NODE_PATH, where layers are. It is loaded when it is
 * first used, since most samplings never do: PNG is encoded without it.
 */
export function loadSharp(): typeof library {
	if (loaded) return loaded;
	loaded = createRequire(import.meta.url)('sharp') as typeof library;
	// Every picture is new, so no cache; pictures are encoded in parallel, each by one thread.
	loaded.cache(false);
	loaded.concurrency(1);
	return loaded;
}

/** An image of the library. */
export function sharp(input: SharpInput, options?: SharpOptions): Sharp {
	return loadSharp()(input, options);
}
