// The symbols of match lengths and distances, and the bits that follow them (RFC 1951, 3.2.5). Both grow like floating
// point numbers: a power of two, then two bits (lengths) or one bit (distances) in the symbol, the rest as extra bits.

export const longest: u32 = 258;

/** 257 .. 285 for a length of 3 .. 258. */
export function lengthSymbol(length: u32): u32 {
	if (length === longest) return 285;
	const rest = length - 3;
	if (rest < 8) return 257 + rest;
	const extra = 29 - clz(rest);
	return 257 + (extra << 2) + (rest >> extra);
}

export function lengthExtraBits(symbol: u32): u32 {
	return symbol < 265 || symbol === 285 ? 0 : (symbol - 261) >> 2;
}

/** 0 .. 29 for a distance of 1 .. 32768. */
export function distanceSymbol(distance: u32): u32 {
	const rest = distance - 1;
	if (rest < 4) return rest;
	const extra = 30 - clz(rest);
	return (extra << 1) + (rest >> extra);
}

export function distanceExtraBits(symbol: u32): u32 {
	return symbol < 4 ? 0 : (symbol - 2) >> 1;
}
