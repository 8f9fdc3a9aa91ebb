import { nalUnits, startCode } from '../bitstream/bitstream.ts';
import type { ByteSource } from '../source/byte-source.ts';

/** Bytes at the end of a file that are searched for the end of the last picture. */
const tailBytes = 64 * 1024;

/**
 * End of the last picture of a raw stream, in bytes. It may be followed by a delimiter or parameter sets of a missing
 * picture, which a decoder would report as damage. For other formats, the size of the file.
 */
export async function pictureEnd(source: ByteSource, demuxer: string): Promise<number> {
	const isPicture = pictures[demuxer];
	if (!isPicture) return source.size;
	const from = Math.max(0, source.size - tailBytes);
	const tail = await source.read(from, source.size - from);
	let end: number | undefined;
	for (let at = startCode(tail, 0); at >= 0; ) {
		const next = startCode(tail, at + 3);
		const [unit] = nalUnits(tail.subarray(at, next < 0 ? tail.length : next), 0);
		if (unit && isPicture(unit[0] ?? 0)) end = next < 0 ? tail.length : next;
		at = next;
	}
	return end === undefined ? source.size : from + end;
}

/** Whether a unit is part of a picture, by its first byte. */
const pictures: Record<string, (header: number) => boolean> = {
	h264: header => [1, 2, 3, 4, 5].includes(header & 0x1f),
	hevc: header => ((header >> 1) & 0x3f) < 32,
};
