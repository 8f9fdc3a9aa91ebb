// Where things lie in an instance's memory. Nothing is static data, so that two instances may look at one memory: the
// one that fills in the pixels, and the one that works on them in another thread.

/** Literal/length symbols of deflate (RFC 1951, 3.2.5), with the two that only the fixed code knows. */
export const symbols: usize = 288;
/** Distance symbols of deflate. */
export const distances: usize = 30;
/** Symbols of the code of code lengths (RFC 1951, 3.2.7). */
export const headerSymbols: usize = 19;

/** Four tables of counts side by side, 288 words each: neighbouring bytes are counted into different ones. */
export const counts: usize = 1024;
export const countsBytes: usize = 1152;
/** 32 words. */
export const distanceCounts: usize = counts + 4 * countsBytes;
/** 288 bytes, then 32 bytes. */
export const lengths: usize = distanceCounts + 128;
export const distanceLengths: usize = lengths + symbols;
/** Codes as `huffman.ts` packs them: 288 words, then 32 words. */
export const codes: usize = distanceLengths + 32;
export const distanceCodes: usize = codes + countsBytes;
/** A block's header: its items (320 words), and their code (20 words, 20 bytes, 20 words). */
export const headerItems: usize = distanceCodes + 128;
export const headerCounts: usize = headerItems + 1280;
export const headerLengths: usize = headerCounts + 80;
export const headerCodes: usize = headerLengths + 32;
/** For building a Huffman tree: sorted leaves (288 words), then of all nodes weights, parents and depths (576 words each). */
export const leaves: usize = headerCodes + 80;
export const weights: usize = leaves + 1152;
export const parents: usize = weights + 2304;
export const depths: usize = parents + 2304;
/** 16 words. */
export const nextCodes: usize = depths + 2304;

/** The codes of two neighbouring bytes at once (65536 words). Of a block with matches instead its tokens (65536 words). */
export const pairs: usize = 32768;
export const tokens: usize = pairs;
export const mostTokens: usize = 65536;
/** While the pairs are made: 2 × 256 words. */
export const pairParts: usize = pairs + 262144;

/** The last place with each hash (32768 words); and before each place of the last 32768, the one with the same hash. */
export const heads: usize = pairParts + 2048;
export const headsBytes: usize = 131072;
export const earlier: usize = heads + headsBytes;

/** Where the pixels of a job begin: behind the tables, before the work area and the result. */
export const pixelsAt: usize = 655360;

export function word(table: usize, index: usize): u32 {
	return load<u32>(table + (index << 2));
}

export function setWord(table: usize, index: usize, value: u32): void {
	store<u32>(table + (index << 2), value);
}

export function addToWord(table: usize, index: usize, value: u32): void {
	setWord(table, index, word(table, index) + value);
}
