import { PermanentError } from '../../errors.ts';
import type { ByteSource } from './byte-source.ts';

/**
 * Reads a source through a buffer that moves forward, so that walking over small structures needs few requests and
 * bounded memory.
 */
export type Window = {
	/** Bytes at an offset; throws {@link PermanentError} `corrupt` when the source ends before. */
	bytes(offset: number, length: number): Promise<Buffer>;
	/** Like `bytes`, but returns less when the source ends before. */
	upTo(offset: number, length: number): Promise<Buffer>;
	size: number;
};

export function makeWindow(source: ByteSource, windowBytes: number): Window {
	let start = 0;
	let held: Buffer = Buffer.alloc(0);
	const upTo = async (offset: number, length: number): Promise<Buffer> => {
		const wanted = Math.max(0, Math.min(length, source.size - offset));
		if (offset < start || offset + wanted > start + held.length) {
			held = await source.read(offset, Math.min(Math.max(wanted, windowBytes), source.size - offset));
			start = offset;
		}
		return held.subarray(offset - start, offset - start + wanted);
	};
	return {
		size: source.size,
		upTo,
		bytes: async (offset, length) => {
			const found = await upTo(offset, length);
			if (found.length === length) return found;
			throw new PermanentError(
				'corrupt',
				`The file ends at byte ${source.size}, in the middle of a structure: it is truncated`,
			);
		},
	};
}
