/** Where packets of a transport stream begin: the first sync byte, and the distance to the next. */
export type PacketLayout = { first: number; distance: number };

/** Packets have 188 bytes; with a time before each one 192, with parity after it 204. */
const distances = [188, 192, 204];

/** Sync bytes required in a row, to rule out a match by chance. */
const syncBytesNeeded = 8;

/** Finds the packets in the first bytes of a file, also after a partial packet or other bytes. */
export function findPackets(bytes: Buffer): PacketLayout | undefined {
	for (let first = bytes.indexOf(0x47); first >= 0; first = bytes.indexOf(0x47, first + 1)) {
		for (const distance of distances) {
			const fits = Math.min(syncBytesNeeded, Math.floor((bytes.length - first + distance - 188) / distance));
			let found = 0;
			while (found < fits && bytes[first + found * distance] === 0x47) found++;
			if (found === fits && (found === syncBytesNeeded || (first === 0 && found >= 2))) return { first, distance };
		}
	}
	return undefined;
}

/** Offset of a packet's payload; undefined if it has none (ISO/IEC 13818-1, 2.4.3.2). */
export function payloadStart(bytes: Buffer, packet: number): number | undefined {
	const control = bytes[packet + 3] as number;
	if ((control & 0x10) === 0) return undefined;
	const start = control & 0x20 ? packet + 5 + (bytes[packet + 4] as number) : packet + 4;
	return start < packet + 188 ? start : undefined;
}

/**
 * The header of a packetized elementary stream, and the offset of its payload (2.4.3.6).
 * @returns undefined if it has no presentation time
 */
export function readPesHeader(
	bytes: Buffer,
	start: number,
	end: number,
): { pts: number; dts: number; payload: number } | undefined {
	if (start + 14 > end || bytes.readUIntBE(start, 3) !== 1) return undefined;
	const flags = (bytes[start + 7] as number) >> 6;
	if ((flags & 2) === 0) return undefined;
	const pts = readTime(bytes, start + 9);
	const dts = flags === 3 && start + 19 <= end ? readTime(bytes, start + 14) : pts;
	const payload = start + 9 + (bytes[start + 8] as number);
	return payload <= end ? { pts, dts, payload } : undefined;
}

/** 33 bits in five bytes, with marker bits in between. */
const readTime = (bytes: Buffer, at: number): number =>
	(((bytes[at] as number) >> 1) & 7) * 2 ** 30 +
	((bytes.readUInt16BE(at + 1) >> 1) << 15) +
	(bytes.readUInt16BE(at + 3) >> 1);

/** The elementary stream bytes of one picture: the payload of its packets, without headers. */
export function unwrapPackets(bytes: Buffer, { distance, pid }: { distance: number; pid: number }): Buffer {
	const pieces: Buffer[] = [];
	for (let packet = 0; packet + 188 <= bytes.length; packet += distance) {
		const own = (((bytes[packet + 1] as number) & 0x1f) << 8) | (bytes[packet + 2] as number);
		if (own !== pid || bytes[packet] !== 0x47) continue;
		let start = payloadStart(bytes, packet);
		if (start === undefined) continue;
		if ((bytes[packet + 1] as number) & 0x40)
			start = readPesHeader(bytes, start, packet + 188)?.payload ?? packet + 188;
		pieces.push(bytes.subarray(start, packet + 188));
	}
	return Buffer.concat(pieces);
}
