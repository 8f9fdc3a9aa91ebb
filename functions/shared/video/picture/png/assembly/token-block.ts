// Writes tokens as a block: with codes of their own, with deflate's fixed ones, or the bytes as they are; whichever is
// smallest.
import { put } from './bits';
import { planHead, putDynamicHead } from './block-header';
import { buildCodes, buildLengths } from './huffman';
import { distanceExtraBits, distanceSymbol, lengthExtraBits, lengthSymbol } from './lengths-and-distances';
import { countOfTokens } from './matches';
import {
	codes,
	counts,
	distanceCodes,
	distanceCounts,
	distanceLengths,
	distances,
	lengths,
	setWord,
	symbols,
	tokens,
	word,
} from './memory-map';
import { putStored, storedBytes } from './stored';

const longestCode: u32 = 15;

/** Builds the code lengths for what was counted; returns the bits of a block with them. */
export function planTokenBlock(): u32 {
	setWord(counts, 256, 1);
	buildLengths(counts, lengths, symbols, longestCode);
	buildLengths(distanceCounts, distanceLengths, distances, longestCode);
	return planHead() + contentBits();
}

/** Writes a block of the tokens, which stand for these bytes. */
export function putTokenBlock(from: usize, bytes: usize, isLast: u32): void {
	const own = planTokenBlock();
	setFixedLengths();
	const fixed = contentBits() + 3;
	if (<u32>storedBytes(bytes) * 8 <= min(own, fixed)) {
		putStored(from, bytes, isLast);
		return;
	}
	if (fixed <= own) put(isLast | (1 << 1), 3);
	else {
		planTokenBlock();
		putDynamicHead(isLast);
	}
	buildCodes(lengths, codes, symbols);
	buildCodes(distanceLengths, distanceCodes, distances);
	putTokens();
}

/** RFC 1951, 3.2.6. */
function setFixedLengths(): void {
	memory.fill(lengths, 8, 144);
	memory.fill(lengths + 144, 9, 112);
	memory.fill(lengths + 256, 7, 24);
	memory.fill(lengths + 280, 8, 8);
	memory.fill(distanceLengths, 5, distances);
}

function contentBits(): u32 {
	let bits: u32 = 0;
	for (let symbol: usize = 0; symbol < 286; symbol++) {
		const extra = lengthExtraBits(symbol);
		bits += word(counts, symbol) * (load<u8>(lengths + symbol) + extra);
	}
	for (let symbol: usize = 0; symbol < distances; symbol++) {
		bits += word(distanceCounts, symbol) * (load<u8>(distanceLengths + symbol) + distanceExtraBits(symbol));
	}
	return bits;
}

function putTokens(): void {
	const count = countOfTokens();
	for (let i: usize = 0; i < count; i++) {
		const token = word(tokens, i);
		if (token >> 31) putMatch((token >> 16) & 511, token & 0xffff);
		else putSymbol(token);
	}
	putSymbol(256);
}

function putSymbol(symbol: usize): void {
	const code = word(codes, symbol);
	put(code >> 5, code & 31);
}

/** At most 15 + 5 + 15 + 13 bits, in one go. */
function putMatch(length: u32, distance: u32): void {
	const symbol = lengthSymbol(length);
	const code = word(codes, symbol);
	let bits: u64 = code >> 5;
	let count: u64 = code & 31;
	let extra = lengthExtraBits(symbol);
	bits |= (<u64>((length - 3) & ((1 << extra) - 1))) << count;
	count += extra;
	const far = distanceSymbol(distance);
	const farCode = word(distanceCodes, far);
	bits |= (<u64>(farCode >> 5)) << count;
	count += farCode & 31;
	extra = distanceExtraBits(far);
	bits |= (<u64>((distance - 1) & ((1 << extra) - 1))) << count;
	put(bits, count + extra);
}
