// The head of a deflate block: its kind, and for a dynamic one its two codes (RFC 1951, 3.2.7).
import { put } from './bits';
import { buildCodes, buildLengths } from './huffman';
import {
	addToWord,
	distanceLengths,
	distances,
	headerCodes,
	headerCounts,
	headerItems,
	headerLengths,
	headerSymbols,
	lengths,
	setWord,
	word,
} from './memory-map';

/** The order in which lengths of the code of code lengths are written, 5 bits each: twelve, then seven. */
const orderStart: u64 =
	16 |
	(17 << 5) |
	(18 << 10) |
	(0 << 15) |
	(8 << 20) |
	(7 << 25) |
	(9 << 30) |
	(6 << 35) |
	(10 << 40) |
	(5 << 45) |
	(11 << 50) |
	(4 << 55);
const orderEnd: u64 = 12 | (3 << 5) | (13 << 10) | (2 << 15) | (14 << 20) | (1 << 25) | (15 << 30);

let literalCount: usize = 0;
let distanceCount: usize = 0;
let itemCount: usize = 0;
let headerLengthCount: usize = 0;

function inOrder(i: usize): usize {
	return <usize>((i < 12 ? orderStart >> (5 * i) : orderEnd >> (5 * (i - 12))) & 31);
}

/** Prepares the head of a dynamic block with the lengths that stand in `lengths` and `distanceLengths`; returns its bits. */
export function planHead(): u32 {
	literalCount = 286;
	while (literalCount > 257 && !load<u8>(lengths + literalCount - 1)) literalCount--;
	distanceCount = distances;
	while (distanceCount > 1 && !load<u8>(distanceLengths + distanceCount - 1)) distanceCount--;
	memory.fill(headerCounts, 0, 80);
	itemCount = 0;
	const all = literalCount + distanceCount;
	for (let i: usize = 0; i < all; ) {
		const length = lengthAt(i);
		let end = i + 1;
		while (end < all && lengthAt(end) === length) end++;
		if (!length) addZeros(end - i);
		else addRepeated(length, end - i);
		i = end;
	}
	buildLengths(headerCounts, headerLengths, headerSymbols, 7);
	headerLengthCount = headerSymbols;
	while (headerLengthCount > 4 && !load<u8>(headerLengths + inOrder(headerLengthCount - 1))) headerLengthCount--;
	let bits: u32 = 17 + 3 * headerLengthCount;
	for (let i: usize = 0; i < itemCount; i++) {
		const symbol = word(headerItems, i) & 31;
		bits += load<u8>(headerLengths + symbol) + extraBits(symbol);
	}
	return bits;
}

/** The literal and distance lengths make one sequence. */
function lengthAt(i: usize): u32 {
	return i < literalCount ? load<u8>(lengths + i) : load<u8>(distanceLengths + i - literalCount);
}

function addItem(symbol: u32, extra: u32): void {
	setWord(headerItems, itemCount++, (extra << 5) | symbol);
	addToWord(headerCounts, symbol, 1);
}

function addZeros(count: usize): void {
	while (count >= 11) {
		const part = min<usize>(count, 138);
		addItem(18, part - 11);
		count -= part;
	}
	if (count >= 3) addItem(17, count - 3);
	else while (count-- > 0) addItem(0, 0);
}

function addRepeated(length: u32, count: usize): void {
	addItem(length, 0);
	count--;
	while (count >= 3) {
		const part = min<usize>(count, 6);
		addItem(16, part - 3);
		count -= part;
	}
	while (count-- > 0) addItem(length, 0);
}

function extraBits(symbol: u32): u32 {
	return symbol < 16 ? 0 : symbol === 16 ? 2 : symbol === 17 ? 3 : 7;
}

/** Writes the head that was prepared last. */
export function putDynamicHead(isLast: u32): void {
	put(
		isLast | (2 << 1) | ((literalCount - 257) << 3) | ((distanceCount - 1) << 8) | ((headerLengthCount - 4) << 13),
		17,
	);
	for (let i: usize = 0; i < headerLengthCount; i++) put(load<u8>(headerLengths + inOrder(i)), 3);
	buildCodes(headerLengths, headerCodes, headerSymbols);
	for (let i: usize = 0; i < itemCount; i++) {
		const item = word(headerItems, i);
		const code = word(headerCodes, item & 31);
		put(code >> 5, code & 31);
		put(item >> 5, extraBits(item & 31));
	}
}
