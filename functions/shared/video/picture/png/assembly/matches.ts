// Finds matches (LZ77) for content that repeats itself: text, windows, drawings, masks. What it finds becomes tokens:
// a byte, or (1 << 31 | length << 16 | distance).
import { distanceSymbol, lengthSymbol, longest } from './lengths-and-distances';
import {
	addToWord,
	counts,
	countsBytes,
	distanceCounts,
	earlier,
	heads,
	headsBytes,
	setWord,
	tokens,
	word,
} from './memory-map';

/** Matches reach back less than this far. */
export const reach: usize = 32768;

/** Positions are hashed by four bytes, so no match is shorter. */
const shortest: u32 = 4;
/** How many earlier places are tried, a quarter of them after a match of a good length; a greater one ends the search. */
let tries: u32 = 0;
const good: u32 = 8;
const enough: u32 = longest;
/** A match this long is taken without asking whether a longer one begins a byte later. */
const longEnough: u32 = 32;
/** Of a longer match not every place is remembered. */
const remembered: usize = 32;

let tokenCount: usize = 0;
let foundAt: usize = 0;
let searchFrom: usize = 0;
let rowBytes: usize = 0;

export function countOfTokens(): usize {
	return tokenCount;
}

/**
 * Begins anew, with nothing remembered: no match reaches back behind this place.
 * @param row how far the row above is away: always tried, since pictures repeat themselves downwards
 * @param most how many places with the same hash are tried
 */
export function forget(from: usize, row: usize, most: u32): void {
	rowBytes = row;
	tries = most;
	memory.fill(heads, 0, headsBytes);
	searchFrom = from;
}

export function clearTokens(): void {
	tokenCount = 0;
	memory.fill(counts, 0, countsBytes);
	memory.fill(distanceCounts, 0, 128);
}

/** Remembers places without making tokens of them. */
export function remember(from: usize, to: usize): void {
	for (let at = from; at < to; at++) insert(at);
}

/**
 * Makes tokens of what stands from here on, and counts them, until the end or `most` tokens.
 * @param end of what may be read
 * @param most tokens in all, at least 2
 * @returns the place behind the last token
 */
export function tokenize(at: usize, end: usize, most: usize): usize {
	while (at < end && tokenCount < most - 1) {
		let length = at + shortest <= end ? search(at, end, shortest - 1) : 0;
		if (length < shortest) {
			if (at + shortest <= end) insert(at);
			addByte(at++);
			continue;
		}
		let match = foundAt;
		insert(at);
		let inserted = at + 1;
		while (length < longEnough && at + 1 + shortest <= end && tokenCount < most - 1) {
			const later = search(at + 1, end, length);
			insert(at + 1);
			inserted = at + 2;
			if (later <= length) break;
			addByte(at++);
			length = later;
			match = foundAt;
		}
		addMatch(length, at - match);
		at += length;
		const last = min(at, end - shortest);
		if (inserted + remembered < last) inserted = last - remembered;
		for (; inserted < last; inserted++) insert(inserted);
	}
	return at;
}

function hashAt(at: usize): usize {
	return (load<u32>(at) * 0x9e3779b1) >> 17;
}

function insert(at: usize): void {
	const hash = hashAt(at);
	setWord(earlier, at & (reach - 1), word(heads, hash));
	setWord(heads, hash, at);
}

/** The length of the longest match at a place that is longer than `best`, or `best`; sets `foundAt`. */
function search(at: usize, end: usize, best: u32): u32 {
	const most = min<u32>(longest, end - at);
	if (best >= most) return best;
	const from = max(searchFrom, at - reach + 1);
	let left = best >= good ? (tries + 3) >> 2 : tries;
	let candidate: usize = word(heads, hashAt(at));
	while (candidate >= from && candidate < at) {
		if (load<u32>(candidate + best - 3) === load<u32>(at + best - 3)) {
			const length = matchLength(candidate, at, most);
			if (length > best) {
				best = length;
				foundAt = candidate;
				if (best >= enough || best === most) break;
			}
		}
		if (--left === 0) break;
		candidate = word(earlier, candidate & (reach - 1));
	}
	if (
		best < enough &&
		best !== most &&
		at - from >= rowBytes &&
		rowBytes < reach &&
		load<u32>(at - rowBytes + best - 3) === load<u32>(at + best - 3)
	) {
		const length = matchLength(at - rowBytes, at, most);
		if (length > best) {
			best = length;
			foundAt = at - rowBytes;
		}
	}
	return best;
}

function matchLength(a: usize, b: usize, most: u32): u32 {
	let length: u32 = 0;
	while (length < most) {
		const differs = i8x16.bitmask(i8x16.ne(v128.load(a + length), v128.load(b + length)));
		if (differs) return min(length + ctz(differs), most);
		length += 16;
	}
	return most;
}

function addByte(at: usize): void {
	const byte: u32 = load<u8>(at);
	setWord(tokens, tokenCount++, byte);
	addToWord(counts, byte, 1);
}

function addMatch(length: u32, distance: u32): void {
	setWord(tokens, tokenCount++, 0x80000000 | (length << 16) | distance);
	addToWord(counts, lengthSymbol(length), 1);
	addToWord(distanceCounts, distanceSymbol(distance), 1);
}
