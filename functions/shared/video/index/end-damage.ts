import type { ByteSource } from '../source/byte-source.ts';
import { makeWindow, type Window } from '../source/window.ts';

/**
 * Message for a file that ends too early, in formats where demuxers report no error; undefined for a complete file, and
 * for formats without a declared size.
 */
export async function endDamage(source: ByteSource, demuxer: string): Promise<string | undefined> {
	const window = makeWindow(source, 64 * 1024);
	const end = await ends[demuxer]?.(window);
	return end === undefined ? undefined : cutOff(end, source.size);
}

/** Declared file size in bytes, by demuxer. */
const ends: Record<string, (window: Window) => Promise<number | undefined>> = {
	avi: riffEnd,
	gif: gifEnd,
	apng: pngEnd,
	flv: flvEnd,
	ivf: ivfEnd,
};

/** A RIFF file says its size in its first chunk; 0 means that the recording was never finished. */
async function riffEnd(window: Window): Promise<number | undefined> {
	const bytes = await window.upTo(4, 4);
	const size = bytes.length === 4 ? bytes.readUInt32LE(0) : 0;
	return size === 0 ? undefined : size + 8;
}

/** Blocks up to the trailer (GIF89a specification, appendix B). Many intact files lack the trailer itself. */
async function gifEnd(window: Window): Promise<number | undefined> {
	const byte = async (at: number) => (await window.upTo(at, 1))[0] ?? 0;
	const tableBytes = (flags: number) => (flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0);
	let at = 13 + tableBytes(await byte(10));
	const skipSubBlocks = async () => {
		for (let size = await byte(at); size > 0 && at < window.size; size = await byte(at)) at += size + 1;
		at++;
	};
	while (at < window.size) {
		const kind = await byte(at);
		if (kind === 0x3b) return at + 1;
		if (kind === 0x21) at += 2;
		else if (kind === 0x2c) at += 11 + tableBytes(await byte(at + 9));
		else return undefined;
		await skipSubBlocks();
	}
	return at > window.size ? at : undefined;
}

/** Chunks up to IEND (PNG specification, 5.3). */
async function pngEnd(window: Window): Promise<number | undefined> {
	let at = 8;
	while (at + 8 <= window.size) {
		const header = await window.bytes(at, 8);
		at += 12 + header.readUInt32BE(0);
		if (header.toString('latin1', 4, 8) === 'IEND') return at;
	}
	return Math.max(at, window.size + 1);
}

/** Each tag has a header, data, and the size of both (Flash Video File Format Specification 10, annex E). */
async function flvEnd(window: Window): Promise<number | undefined> {
	let at = (await window.upTo(5, 4)).readUInt32BE(0) + 4;
	while (at + 11 <= window.size) {
		const header = await window.bytes(at, 11);
		if (![8, 9, 18].includes((header[0] ?? 0) & 0x1f)) return undefined;
		at += 11 + header.readUIntBE(1, 3) + 4;
	}
	// Some writers omit the size after the last tag.
	return at - 4 > window.size ? at : undefined;
}

/** A header of 32 bytes, then frames, each with a header of 12 bytes and its data. */
async function ivfEnd(window: Window): Promise<number | undefined> {
	let at = 32;
	while (at + 12 <= window.size) at += 12 + (await window.bytes(at, 4)).readUInt32LE(0);
	return at > window.size ? at : undefined;
}

/** Message for a file that is shorter than it declares; undefined otherwise. Sizes in bytes. */
export function cutOff(saidSize: number, size: number): string | undefined {
	return Number.isFinite(saidSize) && saidSize > size
		? `The file is cut off: it should have ${saidSize} bytes and has ${size}`
		: undefined;
}
