import type { Change } from '../source/byte-source.ts';
import type { Window } from '../source/window.ts';
import { type Element, readElement } from './ebml.ts';
import { ids } from './matroska-ids.ts';
import { NeedsDecoding } from './needs-decoding.ts';

/** Bytes of tracks that are compared, and that an element has at least, so that another can be written over it. */
const mostTrackBytes = 4 * 1024 * 1024;
const voidHeader = 9;

/**
 * The error for a file in which one recording follows another. Older versions of ffmpeg end with the first, so the
 * segment's size is read as unknown, and what stands between its pictures and the next ones as void. Where the tracks of
 * the recordings differ nothing is changed, and the note says what may be missing.
 */
export async function severalSegments(window: Window): Promise<NeedsDecoding> {
	const changes: Change[] = [];
	let firstTracks: Buffer | undefined;
	let isAlike = true;
	let behind: number | undefined;
	try {
		for (let at = 0; at + 2 <= window.size; ) {
			const element = await readElement(window, at);
			if (element.id === ids.ebml) {
				if (at > 0) behind ??= at;
				at = element.end;
			} else if (element.id === ids.segment) {
				if (behind === undefined && at > 0 && firstTracks) behind = at;
				if (behind === undefined && Number.isFinite(element.end)) changes.push(unknownSize(element));
				at = element.start;
			} else if (element.id === ids.cluster) {
				if (behind !== undefined) changes.push(asVoid(behind, at));
				behind = undefined;
				at = Number.isFinite(element.end) ? element.end : await clusterEnd(window, element);
			} else {
				if (element.id === ids.tracks) {
					const tracks = Buffer.from(
						await window.bytes(element.start, Math.min(mostTrackBytes, element.end - element.start)),
					);
					firstTracks ??= tracks;
					isAlike &&= tracks.equals(firstTracks);
				}
				at = element.end;
			}
		}
	} catch {
		// Up to what can't be read.
	}
	const error = new NeedsDecoding(
		'unsupported',
		isAlike
			? 'The file has several segments'
			: 'The file has several different segments: ffmpeg may stop after the first',
	);
	if (isAlike) error.changes = changes;
	return error;
}

/** A size of all ones behind its length marker is unknown (RFC 8794, 6.2). */
const unknownSize = ({ at, start }: Element): Change => {
	const bytes = Buffer.alloc(start - at - 4, 0xff);
	bytes[0] = 0xff >> (bytes.length - 1);
	return { offset: at + 4, bytes };
};

/** The header of a void element that reaches from one place to another. */
const asVoid = (from: number, to: number): Change => {
	const bytes = Buffer.alloc(voidHeader);
	bytes.writeBigUInt64BE(BigInt(to - from - voidHeader), 1);
	bytes[0] = ids.void;
	bytes[1] = 1;
	return { offset: from, bytes };
};

/** Where a cluster of unknown size ends: at the next element that can't be in one. */
const clusterEnd = async (window: Window, { start }: Element): Promise<number> => {
	const inside = new Set<number>([
		...[
			ids.timestamp,
			ids.simpleBlock,
			ids.blockGroup,
			ids.position,
			ids.prevSize,
			ids.silentTracks,
			ids.void,
			ids.crc,
		],
	]);
	let at = start;
	while (at + 2 <= window.size) {
		const element = await readElement(window, at);
		if (!inside.has(element.id)) return at;
		at = element.end;
	}
	return window.size;
};
