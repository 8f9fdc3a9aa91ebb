import type { Change } from '../source/byte-source.ts';
import type { Window } from '../source/window.ts';
import { type Element, readElement } from './ebml.ts';
import { ids } from './matroska-ids.ts';
import { NeedsDecoding } from './needs-decoding.ts';

/** Bytes of tracks that are compared, and the smallest size of an element that can be overwritten by another. */
const mostTrackBytes = 4 * 1024 * 1024;
const voidHeader = 9;

/**
 * The error for a file with several recordings in a row. Older versions of ffmpeg stop after the first, so its segment is
 * given an unknown size, and the elements between the recordings are replaced by void ones. If the tracks differ, nothing
 * is changed, and a note says what may be missing.
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
		// The changes end before the first unreadable element.
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

/** A size of all ones after its length marker is unknown (RFC 8794, 6.2). */
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

/** End of a cluster of unknown size: the next element that can't be in a cluster. */
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
