import { type Box, boxesIn, findBox } from './boxes.ts';
import type { Mp4Samples } from './mp4-samples.ts';
import { NeedsDecoding } from './needs-decoding.ts';

/** Defaults of `trex` for the samples of fragments. */
export type FragmentDefaults = { description: number; duration: number; size: number; flags: number };

export function readFragmentDefaults(moov: Buffer, track: number): FragmentDefaults {
	const mvex = findBox(moov, { start: 0, end: moov.length }, 'mvex');
	for (const box of mvex ? boxesIn(moov, mvex.start, mvex.end) : []) {
		if (box.type !== 'trex' || moov.readUInt32BE(box.start + 4) !== track) continue;
		return {
			description: moov.readUInt32BE(box.start + 8),
			duration: moov.readUInt32BE(box.start + 12),
			size: moov.readUInt32BE(box.start + 16),
			flags: moov.readUInt32BE(box.start + 20),
		};
	}
	return { description: 1, duration: 0, size: 0, flags: 0 };
}

const isSync = (flags: number): boolean => (flags & 0x10000) === 0;

/**
 * Adds the samples of one movie fragment (ISO/IEC 14496-12, 8.8).
 * @param moof the fragment's content
 * @param moofOffset offset of its box in the file, the base of sample offsets
 * @param nextTime decode time of the first sample, if the fragment has none
 * @returns the decode time after the last sample
 */
export function readFragment(
	moof: Buffer,
	moofOffset: number,
	track: number,
	defaults: (track: number) => FragmentDefaults,
	samples: Mp4Samples,
	nextTime: number,
): number {
	let time = nextTime;
	// End of the previous track's data: the default start for the next track.
	let dataEnd = moofOffset;
	for (const traf of boxesIn(moof, 0, moof.length)) {
		if (traf.type !== 'traf') continue;
		const tfhd = findBox(moof, traf, 'tfhd');
		if (!tfhd) continue;
		const id = moof.readUInt32BE(tfhd.start + 4);
		const isOwn = id === track;
		const header = readFragmentHeader(moof, tfhd, defaults(id));
		if (isOwn && header.description > 1)
			throw new NeedsDecoding('unsupported', 'The file has several sample descriptions');
		const tfdt = findBox(moof, traf, 'tfdt');
		if (isOwn && tfdt) {
			time = moof[tfdt.start] === 1 ? Number(moof.readBigUInt64BE(tfdt.start + 4)) : moof.readUInt32BE(tfdt.start + 4);
		}
		const base = header.baseOffset ?? (header.isBaseMoof ? moofOffset : dataEnd);
		let offset = base;
		for (const trun of boxesIn(moof, traf.start, traf.end)) {
			if (trun.type !== 'trun') continue;
			const flags = moof.readUInt32BE(trun.start) & 0xffffff;
			const version = moof[trun.start] as number;
			const count = moof.readUInt32BE(trun.start + 4);
			let at = trun.start + 8;
			const next = () => {
				at += 4;
				return moof.readUInt32BE(at - 4);
			};
			if (flags & 1) offset = base + (next() | 0);
			const firstFlags = flags & 4 ? next() : undefined;
			const fields = [0x100, 0x200, 0x400, 0x800].filter(bit => flags & bit).length;
			const bounded =
				fields === 0 ? Math.min(count, 100_000) : Math.min(count, Math.floor((trun.end - at) / (4 * fields)));
			for (let n = 0; n < bounded; n++) {
				const duration = flags & 0x100 ? next() : header.duration;
				const size = flags & 0x200 ? next() : header.size;
				const ownFlags = flags & 0x400 ? next() : header.flags;
				const shift = flags & 0x800 ? (version === 0 ? next() : next() | 0) : 0;
				if (isOwn) {
					samples.dts.push(time);
					samples.pts.push(time + shift);
					samples.key.push(isSync(n === 0 && firstFlags !== undefined ? firstFlags : ownFlags));
					samples.offset.push(offset);
					samples.size.push(size);
					time += duration;
				}
				offset += size;
			}
		}
		dataEnd = offset;
	}
	return time;
}

const readFragmentHeader = (
	moof: Buffer,
	tfhd: Box,
	defaults: FragmentDefaults,
): FragmentDefaults & { baseOffset?: number; isBaseMoof: boolean } => {
	const flags = moof.readUInt32BE(tfhd.start) & 0xffffff;
	let at = tfhd.start + 8;
	const word = () => {
		at += 4;
		return moof.readUInt32BE(at - 4);
	};
	let baseOffset: number | undefined;
	if (flags & 0x1) {
		baseOffset = Number(moof.readBigUInt64BE(at));
		at += 8;
	}
	const description = flags & 0x2 ? word() : defaults.description;
	return {
		description,
		isBaseMoof: (flags & 0x20000) !== 0,
		duration: flags & 0x8 ? word() : defaults.duration,
		size: flags & 0x10 ? word() : defaults.size,
		flags: flags & 0x20 ? word() : defaults.flags,
		...(baseOffset === undefined ? {} : { baseOffset }),
	};
};
