// Chooses how a part of a picture is written, from samples of its rows. Photographs are recognized cheaply; only what
// repeats itself is tried out.
import { filterRow, paeth, unfiltered } from './filter';
import { clearTokens, forget, remember, tokenize } from './matches';
import { addToWord, counts, countsBytes, earlier, heads, headsBytes, mostTokens, setWord, word } from './memory-map';
import { planTokenBlock } from './token-block';
import { countZeroRuns, zeroRunBits } from './zero-runs';

/** Paeth filter, with a Huffman code made from sampled counts. */
export const photograph: u32 = 0;
/** The same with exact counts. */
export const zeroRuns: u32 = 1;
/** Matches, of filtered or of plain rows. */
export const filteredMatches: u32 = 2;
export const plainMatches: u32 = 3;

/** Bytes of a part that are looked at; that are tried out; and of a flat one, where little may lie in a few places. */
const looked: usize = 16384;
const tried: usize = 24576;
const triedOfFlat: usize = 262144;

/** Consecutive rows of a sample; the first only serves as history for matches. */
const together: usize = 4;

/** Matches are tried out with a search that is no deeper, at first and then. */
const shallow: u32 = 2;
const trialDepth: u32 = 16;

let pixels: u32 = 0;
let repeated: u32 = 0;
let knownColours: u32 = 0;
let plainEntropy: u32 = 0;
let filteredEntropy: u32 = 0;
let sampleBytes: u32 = 0;

/** How many places should be tried for a match in the part that was chosen for last. */
export function depth(): u32 {
	if (isFlat()) return 64;
	return repeated * 8 > pixels ? 4 : 1;
}

function isFlat(): bool {
	return repeated * 2 >= pixels;
}

/**
 * @param rows the first of these rows; the picture's row above, if there is one, lies right before it
 * @param scratch as large as the part, filtered
 */
export function choose(rows: usize, isTop: bool, stride: usize, height: usize, step: usize, scratch: usize): u32 {
	look(rows, stride, height, step, scratch);
	if (isPhotograph(step)) return photograph;
	// A shallow trial first: it distinguishes dark, smooth pictures, such as films, from drawings.
	let kind = choiceOf(rows, isTop, stride, height, step, scratch, tried, shallow);
	if (isFlat() && kind !== zeroRuns) {
		kind = choiceOf(rows, isTop, stride, height, step, scratch, triedOfFlat, min(depth(), trialDepth));
	}
	return kind;
}

function choiceOf(
	rows: usize,
	isTop: bool,
	stride: usize,
	height: usize,
	step: usize,
	scratch: usize,
	sample: usize,
	depth: u32,
): u32 {
	planGroups(stride, height, sample);
	const plain = matchRate(unfiltered, rows, isTop, stride, height, step, scratch, depth);
	const filtered = matchRate(paeth, rows, isTop, stride, height, step, scratch, depth);
	// `scratch` holds the filtered rows.
	const fast = runRate(scratch, groups * groupRows * (stride + 1));
	// Clearly smaller than plain rows, since a sample can miss what matches would find; and matches of filtered rows take
	// fifteen times as long, which a little has to be worth.
	if (fast <= (plain * clearly()) / 100 && fast <= (filtered * 112) / 100) return zeroRuns;
	return filtered < plain ? filteredMatches : plainMatches;
}

/** Percent of the size of matches; deeper ones may find more in what repeats itself. */
function clearly(): u32 {
	return isFlat() ? 80 : 90;
}

/**
 * Whether little is repeated, there are more than a few colours, and a Huffman code of the filtered bytes is smaller than
 * one of the plain bytes would be if what is repeated cost nothing; clearly smaller, where matches have something to find.
 */
function isPhotograph(step: usize): bool {
	if (isFlat() || (step > 1 && knownColours > (pixels / 8) * 7)) return false;
	// Noise: nothing is repeated, and no byte is likelier than another.
	if (repeated * 16 < pixels && <u64>plainEntropy * 2 > <u64>sampleBytes * 15) return true;
	const ownBits = (<u64>plainEntropy * (pixels - repeated)) / pixels;
	return <u64>filteredEntropy * 100 < ownBits * (repeated * 16 < pixels ? 95 : 80);
}

/** Looks at a sample of the rows. Of a part of one row, of narrow rows, or of rows that
 * repeat the one above nothing is known: all counts as repeated. */
function look(rows: usize, stride: usize, height: usize, step: usize, scratch: usize): void {
	pixels = 0;
	repeated = 1;
	if (stride < 64 || height < 2) return;
	repeated = 0;
	knownColours = 0;
	const plain = counts;
	const filtered = counts + 2 * countsBytes;
	const colours = earlier;
	memory.fill(counts, 0, 4 * countsBytes);
	memory.fill(heads, 0, headsBytes);
	memory.fill(colours, 0, headsBytes);
	const count = min<usize>(height - 1, max<usize>(1, looked / stride));
	let bytes: usize = 0;
	for (let i: usize = 0; i < count; i++) {
		const row = rows + (1 + (i * (height - 1)) / count) * stride;
		filterRow(paeth, scratch, row, row - stride, stride, step);
		// Bars above and below a film, and other bands: they cost nothing in any way, and say nothing of the rest.
		if (isZero(scratch + 1, stride)) continue;
		bytes += stride;
		countBytes(plain, row, stride);
		countBytes(filtered, scratch + 1, stride);
		for (let at = row; at + 8 <= row + stride; at += step) {
			const eight = load<u64>(at);
			const hash = ((<u32>eight * 0x9e3779b1) ^ (<u32>(eight >> 32) * 0x85ebca6b)) >> 17;
			const before = word(heads, hash);
			if (eight === load<u64>(at - stride) || (before && eight === load<u64>(before))) repeated++;
			setWord(heads, hash, at);
			const colour = ((<u32>eight) << 8) + 1;
			const colourHash = (colour * 0x9e3779b1) >> 17;
			if (word(colours, colourHash) === colour) knownColours++;
			setWord(colours, colourHash, colour);
			pixels++;
		}
	}
	if (!pixels) {
		repeated = 1;
		return;
	}
	sampleBytes = <u32>bytes;
	plainEntropy = entropy(plain, bytes);
	filteredEntropy = entropy(filtered, bytes);
}

function isZero(from: usize, bytes: usize): bool {
	let at: usize = 0;
	for (; at + 8 <= bytes; at += 8) if (load<u64>(from + at)) return false;
	for (; at < bytes; at++) if (load<u8>(from + at)) return false;
	return true;
}

function countBytes(into: usize, from: usize, bytes: usize): void {
	const end = from + bytes;
	for (; from + 2 <= end; from += 2) {
		addToWord(into, load<u8>(from), 1);
		addToWord(into + countsBytes, load<u8>(from, 1), 1);
	}
	if (from < end) addToWord(into, load<u8>(from), 1);
}

/** About how many bits an ideal code of these counts takes, in two neighbouring tables. */
function entropy(table: usize, bytes: usize): u32 {
	let bits: u64 = 0;
	const whole = logarithm(bytes);
	for (let symbol: usize = 0; symbol < 256; symbol++) {
		const count = word(table, symbol) + word(table + countsBytes, symbol);
		if (count) bits += <u64>count * (whole - logarithm(count));
	}
	return <u32>(bits >> 8);
}

/** Logarithm to base 2, times 256; linear between powers of two. */
function logarithm(value: u32): u32 {
	const whole = 31 - clz(value);
	return (whole << 8) + (<u32>(((<u64>value) << 8) >> whole) - 256);
}

let groups: usize = 0;
let groupRows: usize = 0;

/** All rows where they are few, otherwise some of every so many. */
function planGroups(stride: usize, height: usize, sample: usize): void {
	const row = stride + 1;
	groups = 1;
	groupRows = height;
	if (height * row > sample && height > together) {
		groupRows = together;
		groups = max<usize>(1, sample / (together * row));
	}
}

/** The bits, in 256ths, that a byte of a sample takes when it is written as matches. */
function matchRate(
	filter: u32,
	rows: usize,
	isTop: bool,
	stride: usize,
	height: usize,
	step: usize,
	scratch: usize,
	depth: u32,
): u32 {
	forget(scratch, stride + 1, depth);
	clearTokens();
	let at = scratch;
	let bytes: usize = 0;
	for (let group: usize = 0; group < groups; group++) {
		const first = (group * (height - groupRows)) / max<usize>(1, groups - 1);
		let end = at;
		for (let y = first; y < first + groupRows; y++) {
			const row = rows + y * stride;
			filterRow(filter, end, row, isTop && !y ? 0 : row - stride, stride, step);
			end += stride + 1;
		}
		if (groupRows < height) {
			remember(at, at + stride + 1);
			at += stride + 1;
		}
		bytes += tokenize(at, end, mostTokens) - at;
		at = end;
	}
	return rate(planTokenBlock(), bytes);
}

/** The same for runs of zeros. */
function runRate(scratch: usize, bytes: usize): u32 {
	countZeroRuns(scratch, bytes, false);
	return rate(zeroRunBits(), bytes);
}

function rate(bits: u32, bytes: usize): u32 {
	return <u32>(((<u64>bits) << 8) / bytes);
}
