// The deflate stream being written: bits fill each byte from its lowest bit up (RFC 1951, 3.1.1).

let at: usize = 0;
let held: u64 = 0;
/** Bits in `held`: under eight between two calls. */
let heldCount: u64 = 0;

/** Goes on writing at this place, with these bits (under eight) before the next one. */
export function resume(place: usize, bits: u64, count: u64): void {
	at = place;
	held = bits;
	heldCount = count;
}

export function place(): usize {
	return at;
}

export function heldBits(): u64 {
	return held;
}

export function heldBitCount(): u64 {
	return heldCount;
}

/** Writes up to 56 bits, lowest first. Stores eight bytes, so up to seven behind the stream's end are overwritten. */
export function put(value: u64, count: u64): void {
	held |= value << heldCount;
	heldCount += count;
	store<u64>(at, held);
	at += <usize>(heldCount >> 3);
	held >>= heldCount & 56;
	heldCount &= 7;
}

/** Fills the last byte with zeros. */
export function align(): void {
	put(0, (8 - heldCount) & 7);
}

/** Writes whole bytes; the stream has to be aligned. */
export function putBytes(from: usize, bytes: usize): void {
	memory.copy(at, from, bytes);
	at += bytes;
}
