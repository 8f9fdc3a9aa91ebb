// Blocks for filtered photographs: a Huffman code of their bytes is almost all there is to gain, and runs of zeros are
// the only matches, at a distance of 1. Fast, since nothing is searched for.
import { heldBitCount, heldBits, place, put, resume } from './bits';
import { planHead, putDynamicHead } from './block-header';
import { buildCodes, buildLengths } from './huffman';
import { lengthExtraBits, lengthSymbol, longest } from './lengths-and-distances';
import {
	addToWord,
	codes,
	counts,
	countsBytes,
	distanceCodes,
	distanceCounts,
	distanceLengths,
	distances,
	lengths,
	pairParts,
	pairs,
	setWord,
	symbols,
	word,
} from './memory-map';

/** Two codes of this length, and their total length, fit into a word; eight codes need at most two flushes. */
export const longestCode: u32 = 13;

/**
 * Bytes of a block: some decoders (fflate 0.8.3 is one) lose what follows 131072 bytes without a match. Blocks whose bytes
 * were counted together have the same codes.
 */
const blockBytes: usize = 131072;

/** Below this many bytes everything is counted. */
const leastSampled: usize = 32768;
/** In each window of 512 bytes, 64 are counted. */
const window: usize = 512;
const counted: usize = 64;

/** Counts what blocks of these bytes would consist of. */
export function countZeroRuns(from: usize, bytes: usize, sampled: bool): void {
	memory.fill(counts, 0, 4 * countsBytes);
	memory.fill(distanceCounts, 0, 128);
	const end = from + bytes;
	if (sampled && bytes >= leastSampled) countSample(from, end);
	else for (let at = from; at < end; at += blockBytes) countAll(at, min(at + blockBytes, end));
	for (let at = counts; at < counts + countsBytes; at += 16) {
		const first = i32x4.add(v128.load(at), v128.load(at + countsBytes));
		const second = i32x4.add(v128.load(at + 2 * countsBytes), v128.load(at + 3 * countsBytes));
		v128.store(at, i32x4.add(first, second));
	}
	if (sampled && bytes >= leastSampled) {
		// A symbol that the sample has not seen may still come, so that all get a code.
		for (let symbol: usize = 0; symbol < 286; symbol++) setWord(counts, symbol, (word(counts, symbol) << 5) + 1);
	} else setWord(counts, 256, 1);
}

function countAll(at: usize, end: usize): void {
	while (at + 8 <= end) at = countEight(at, end);
	for (; at < end; at++) addToWord(counts, load<u8>(at), 1);
}

function countSample(from: usize, end: usize): void {
	let at = from;
	let index: u32 = 0;
	for (let start = from; start + window <= end; start += window) {
		// Where in its window the sample lies changes, lest it always shows the same columns of a picture.
		const sample = start + (((index++ * 0x9e3779b1) >> 29) << 6);
		// A run that began in an earlier sample may go on through this one.
		if (at > sample) continue;
		at = sample;
		while (at < sample + counted && at + 8 <= end) at = countEight(at, end);
	}
}

/** Counts eight bytes, or the whole run of zeros that begins with eight; returns the place behind. */
function countEight(at: usize, end: usize): usize {
	const eight = load<u64>(at);
	if (!eight) {
		const after = endOfZeros(at, end);
		countRun(after - at);
		return after;
	}
	countFour(<u32>eight);
	countFour(<u32>(eight >> 32));
	return at + 8;
}

function countFour(four: u32): void {
	addToWord(counts, four & 255, 1);
	addToWord(counts + countsBytes, (four >> 8) & 255, 1);
	addToWord(counts + 2 * countsBytes, (four >> 16) & 255, 1);
	addToWord(counts + 3 * countsBytes, four >> 24, 1);
}

/** A run is a zero, then matches of what is one byte before. */
function countRun(length: usize): void {
	addToWord(counts, 0, 1);
	length--;
	const whole = length / longest;
	addToWord(counts, 285, whole);
	const rest = length - whole * longest;
	if (rest >= 3) addToWord(counts, lengthSymbol(rest), 1);
	else addToWord(counts, 0, rest);
}

/** @param at where eight zeros are known to be */
function endOfZeros(at: usize, end: usize): usize {
	at += 8;
	while (at + 8 <= end && !load<u64>(at)) at += 8;
	while (at < end && !load<u8>(at)) at++;
	return at;
}

/** Bits of what was counted, as one block; builds the code lengths. */
export function zeroRunBits(): u32 {
	buildLengths(counts, lengths, symbols, longestCode);
	buildLengths(distanceCounts, distanceLengths, distances, longestCode);
	let bits = planHead();
	for (let symbol: usize = 0; symbol < 286; symbol++) {
		const distance: u32 = symbol > 256 ? 1 : 0;
		bits += word(counts, symbol) * (load<u8>(lengths + symbol) + lengthExtraBits(symbol) + distance);
	}
	return bits;
}

/**
 * Writes these bytes as blocks.
 * @param sampled whether counts may come from a sample; the blocks can then be larger than their content
 */
export function putZeroRuns(from: usize, bytes: usize, sampled: bool, isLast: u32): void {
	countZeroRuns(from, bytes, sampled);
	buildLengths(counts, lengths, symbols, longestCode);
	buildLengths(distanceCounts, distanceLengths, distances, longestCode);
	buildCodes(lengths, codes, symbols);
	buildCodes(distanceLengths, distanceCodes, distances);
	planHead();
	pairCodes();
	const end = from + bytes;
	for (let at = from; at < end; at += blockBytes) {
		const after = min(at + blockBytes, end);
		putDynamicHead(isLast && after === end ? 1 : 0);
		putCoded(at, after);
		putSymbol(256);
	}
}

function putSymbol(symbol: usize): void {
	const code = word(codes, symbol);
	put(code >> 5, code & 31);
}

/** `pairs[second << 8 | first]`: both codes as one, packed like a code. */
function pairCodes(): void {
	const ones = pairParts;
	const shifts = pairParts + 1024;
	for (let first: usize = 0; first < 256; first++) {
		setWord(ones, first, word(codes, first));
		setWord(shifts, first, 1 << (word(codes, first) & 31));
	}
	for (let second: usize = 0; second < 256; second++) {
		const code = word(codes, second);
		if (!code) continue;
		const bits = i32x4.splat((code >> 5) << 5);
		const length = i32x4.splat(code & 31);
		const row = pairs + (second << 10);
		for (let at: usize = 0; at < 1024; at += 16) {
			const shifted = i32x4.mul(bits, v128.load(shifts + at));
			v128.store(row + at, i32x4.add(i32x4.add(v128.load(ones + at), length), shifted));
		}
	}
}

function pairOf(two: u64): u64 {
	return <u64>word(pairs, <usize>(two & 0xffff));
}

/** The loop that takes most of the time: its state is held in local variables. */
function putCoded(at: usize, end: usize): void {
	let to = place();
	let bits = heldBits();
	let count = heldBitCount();
	while (at + 8 <= end) {
		const eight = load<u64>(at);
		if (!eight) {
			resume(to, bits, count);
			const after = endOfZeros(at, end);
			putRun(after - at);
			at = after;
			to = place();
			bits = heldBits();
			count = heldBitCount();
			continue;
		}
		at += 8;
		const first = pairOf(eight);
		const second = pairOf(eight >> 16);
		bits |= ((first >> 5) | ((second >> 5) << (first & 31))) << count;
		count += (first & 31) + (second & 31);
		store<u64>(to, bits);
		to += <usize>(count >> 3);
		bits >>= count & 56;
		count &= 7;
		const third = pairOf(eight >> 32);
		const fourth = pairOf(eight >> 48);
		bits |= ((third >> 5) | ((fourth >> 5) << (third & 31))) << count;
		count += (third & 31) + (fourth & 31);
		store<u64>(to, bits);
		to += <usize>(count >> 3);
		bits >>= count & 56;
		count &= 7;
	}
	resume(to, bits, count);
	for (; at < end; at++) putSymbol(load<u8>(at));
}

function putRun(length: usize): void {
	const distance = word(distanceCodes, 0);
	putSymbol(0);
	for (length--; length >= longest; length -= longest) {
		putSymbol(285);
		put(distance >> 5, distance & 31);
	}
	if (length >= 3) {
		const symbol = lengthSymbol(length);
		const extra = lengthExtraBits(symbol);
		putSymbol(symbol);
		put((length - 3) & ((1 << extra) - 1), extra);
		put(distance >> 5, distance & 31);
	} else while (length-- > 0) putSymbol(0);
}
