// Huffman codes as deflate wants them (RFC 1951, 3.2.2). A code is packed as (bits << 5 | length), its bits already in
// the order in which they are written.
import { addToWord, depths, leaves, nextCodes, parents, setWord, weights, word } from './memory-map';

/**
 * Code lengths for symbols with these counts; one that never occurs gets none. At least two symbols get one, because
 * some decoders take no less.
 * @param counts n words under 2^23; where fewer than two symbols occur, others are set to 1
 * @param lengths n bytes, for the result
 * @param limit of the lengths; 2^limit >= n
 */
export function buildLengths(counts: usize, lengths: usize, n: usize, limit: u32): void {
	const used = sortLeaves(counts, n);
	// Halving the counts brings the lengths together, until the longest fits.
	let halvings: u32 = 0;
	while (growTree(used, halvings) > limit) halvings++;
	memory.fill(lengths, 0, n);
	for (let i: usize = 0; i < used; i++) store<u8>(lengths + (word(leaves, i) & 511), word(depths, i));
}

/** Lists (count << 9 | symbol) of the symbols that occur, ascending; returns how many there are. */
function sortLeaves(counts: usize, n: usize): usize {
	let used: usize = 0;
	for (let symbol: usize = 0; symbol < n; symbol++) if (word(counts, symbol)) used++;
	for (let symbol: usize = 0; used < 2; symbol++) {
		if (word(counts, symbol)) continue;
		setWord(counts, symbol, 1);
		used++;
	}
	let listed: usize = 0;
	for (let symbol: usize = 0; symbol < n; symbol++) {
		if (word(counts, symbol)) setWord(leaves, listed++, (word(counts, symbol) << 9) | symbol);
	}
	// Shell sort.
	for (let gap: usize = 121; gap > 0; gap /= 3) {
		for (let i = gap; i < used; i++) {
			const leaf = word(leaves, i);
			let hole = i;
			for (; hole >= gap && word(leaves, hole - gap) > leaf; hole -= gap) {
				setWord(leaves, hole, word(leaves, hole - gap));
			}
			setWord(leaves, hole, leaf);
		}
	}
	return used;
}

/** Sets the depths of the sorted leaves in a Huffman tree, made from two queues (leaves; inner nodes); returns the greatest. */
function growTree(used: usize, halvings: u32): u32 {
	for (let i: usize = 0; i < used; i++) setWord(weights, i, max<u32>(word(leaves, i) >> (9 + halvings), 1));
	let leaf: usize = 0;
	let inner = used;
	let made = used;
	for (; made < 2 * used - 1; made++) {
		let sum: u32 = 0;
		for (let child = 0; child < 2; child++) {
			const takesLeaf = leaf < used && (inner === made || word(weights, leaf) <= word(weights, inner));
			const node = takesLeaf ? leaf++ : inner++;
			sum += word(weights, node);
			setWord(parents, node, made);
		}
		setWord(weights, made, sum);
	}
	let node = made - 1;
	setWord(depths, node, 0);
	let deepest: u32 = 0;
	while (node-- > 0) {
		const depth = word(depths, word(parents, node)) + 1;
		setWord(depths, node, depth);
		if (node < used) deepest = max(deepest, depth);
	}
	return deepest;
}

/**
 * The canonical codes of these lengths.
 * @param lengths n bytes, each under 16
 * @param codes n words, for the result; 0 for a symbol without a code
 */
export function buildCodes(lengths: usize, codes: usize, n: usize): void {
	memory.fill(nextCodes, 0, 64);
	for (let symbol: usize = 0; symbol < n; symbol++) addToWord(nextCodes, load<u8>(lengths + symbol), 1);
	let code: u32 = 0;
	let shorter: u32 = 0;
	for (let length: usize = 1; length < 16; length++) {
		code = (code + shorter) << 1;
		shorter = word(nextCodes, length);
		setWord(nextCodes, length, code);
	}
	for (let symbol: usize = 0; symbol < n; symbol++) {
		const length: u32 = load<u8>(lengths + symbol);
		setWord(codes, symbol, length ? (reversed(word(nextCodes, length), length) << 5) | length : 0);
		addToWord(nextCodes, length, 1);
	}
}

/** A code is written from its highest bit, anything else from its lowest. */
function reversed(code: u32, length: u32): u32 {
	let bits: u32 = 0;
	for (let i: u32 = 0; i < length; i++) {
		bits = (bits << 1) | (code & 1);
		code >>= 1;
	}
	return bits;
}
