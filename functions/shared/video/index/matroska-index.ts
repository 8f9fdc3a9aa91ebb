import type { ByteSource } from '../source/byte-source.ts';
import { makeWindow, type Window } from '../source/window.ts';
import { type Element, elementsIn, readElement, readUnsigned, readVint } from './ebml.ts';
import { cutOff } from './end-damage.ts';
import { ids } from './matroska-ids.ts';
import { severalSegments } from './matroska-segments.ts';
import { type MatroskaTrack, readTracks } from './matroska-tracks.ts';
import { NeedsDecoding } from './needs-decoding.ts';
import { presentationOrder, type VideoIndex } from './video-index.ts';

/** Known children of a segment and of a cluster. */
const inSegment = new Set<number>([
	...[ids.seekHead, ids.info, ids.tracks, ids.cluster, ids.cues, ids.tags, ids.chapters, ids.attachments],
	...[ids.void, ids.crc],
]);
const inCluster = new Set<number>([
	...[ids.timestamp, ids.simpleBlock, ids.blockGroup, ids.position, ids.prevSize, ids.silentTracks],
	...[ids.void, ids.crc],
]);

type Columns = {
	pts: number[];
	key: number[];
	offset: number[];
	size: number[];
	clusterTime: number[];
	/** Offset of a picture that is not shown itself but needed by the next one. */
	hiddenFrom: number | undefined;
};

/** Facts known before the first cluster. */
type Head = { track: MatroskaTrack; scale: number; header: Buffer; notes: string[] };

/**
 * Indexes Matroska and WebM by walking over all blocks; large pictures are skipped.
 * Presentation times are in units of the segment's timestamp scale, as demuxers count them.
 * @throws PermanentError `unsupported`, or `corrupt` if it is not Matroska; NeedsDecoding for anything unknown
 */
export async function indexMatroska(source: ByteSource): Promise<VideoIndex> {
	const window = makeWindow(source, 256 * 1024);
	const found: { track?: MatroskaTrack } = {};
	try {
		return await readSegment(window, source, found);
	} catch (error) {
		if (error instanceof NeedsDecoding && found.track) error.matrix = found.track.matrix;
		throw error;
	}
}

const readSegment = async (
	window: Window,
	source: ByteSource,
	found: { track?: MatroskaTrack },
): Promise<VideoIndex> => {
	const ebml = await readElement(window, 0);
	const segment = await readElement(window, ebml.end);
	if (ebml.id !== ids.ebml || segment.id !== ids.segment)
		throw new NeedsDecoding('corrupt', 'The file does not begin with a Matroska header and a segment');
	const columns: Columns = { pts: [], key: [], offset: [], size: [], clusterTime: [], hiddenFrom: undefined };
	const parts = { info: undefined as Element | undefined, tracks: undefined as Element | undefined };
	const end = Math.min(segment.end, source.size);
	let damage = cutOff(segment.end, source.size);
	let head: Head | undefined;
	let at = segment.start;
	while (at + 2 <= end) {
		const element = await readElement(window, at);
		// A segment of unknown size ends where another file begins.
		if (element.id === ids.ebml) throw await severalSegments(window);
		if (!inSegment.has(element.id)) throw notUnderstood(element);
		if (element.id === ids.info || element.id === ids.tracks) {
			const which = element.id === ids.info ? 'info' : 'tracks';
			if (head || parts[which])
				throw new NeedsDecoding('unsupported', `The ${which} element comes late or more than once`);
			parts[which] = element;
		}
		at = element.end;
		if (element.id !== ids.cluster) continue;
		head ??= await readHead(window, source, ebml, parts);
		found.track = head.track;
		const cluster = await readCluster(window, element, head.track, columns);
		at = cluster.end;
		if (cluster.isCutOff) damage ??= 'The file is cut off in the middle of its last picture';
	}
	if (!head || columns.pts.length === 0) throw new NeedsDecoding('corrupt', 'The file has no pictures');
	if (at + 4 <= source.size) await checkRest(window, at, head.notes);
	const pts = Float64Array.from(columns.pts);
	const { track, header, notes } = head;
	return {
		container: {
			kind: 'matroska',
			header,
			matrix: track.matrix,
			bitstream: track.bitstream,
			track: track.number,
			setup: Buffer.alloc(0),
			clusterTime: Float64Array.from(columns.clusterTime),
			codec: track.codec,
		},
		timeBase: reduced(head.scale, 1_000_000_000),
		timeOffset: 0,
		pictureSize: null,
		isPlanar: false,
		pts,
		key: Uint8Array.from(columns.key),
		offset: Float64Array.from(columns.offset),
		size: Uint32Array.from(columns.size),
		shown: presentationOrder(pts, () => true),
		damage,
		notes,
	};
};

const notUnderstood = ({ id, at }: Element): NeedsDecoding =>
	new NeedsDecoding('corrupt', `The bytes at ${at} are not a known element (${id.toString(16)})`);

/** The header for a demuxer: the elements of the file, in a segment of unknown size. */
const readHead = async (
	window: Window,
	source: ByteSource,
	ebml: Element,
	{ info, tracks }: { info: Element | undefined; tracks: Element | undefined },
): Promise<Head> => {
	if (!tracks) throw new NeedsDecoding('corrupt', 'The file has no tracks before its first cluster');
	const found = await readTracks(window, tracks);
	const raw = async ({ at, end }: Element) => {
		if (end - at > largestHeader) throw new NeedsDecoding('unsupported', 'The header of the file is too large');
		return Buffer.from(await source.read(at, end - at));
	};
	const segment = Buffer.from('1853806701ffffffffffffff', 'hex');
	const header = [await raw(ebml), segment, ...(info ? [await raw(info)] : []), await raw(tracks)];
	return { ...found, scale: info ? await readScale(window, info) : 1_000_000, header: Buffer.concat(header) };
};

/** Largest size of the info or tracks element in a header, in bytes. */
const largestHeader = 4 * 1024 * 1024;

/** Checks what follows the segment: another segment needs decoding, anything else becomes a note. */
const checkRest = async (window: Window, at: number, notes: string[]): Promise<void> => {
	const bytes = await window.upTo(at, 4);
	const id = bytes.readUInt32BE(0);
	if (id === ids.ebml || id === ids.segment || id === ids.cluster) throw await severalSegments(window);
	notes.push(`The last ${window.size - at} bytes of the file are not part of a known element`);
};

const readScale = async (window: Window, info: Element): Promise<number> => {
	for await (const element of elementsIn(window, info.start, info.end)) {
		if (element.id === ids.timestampScale) return (await readUnsigned(window, element)) || 1_000_000;
	}
	return 1_000_000;
};

/** @returns where the cluster ends, and whether that is in the middle of a picture, at the end of the file */
const readCluster = async (
	window: Window,
	cluster: Element,
	track: MatroskaTrack,
	columns: Columns,
): Promise<{ end: number; isCutOff: boolean }> => {
	let time = 0;
	let isCutOff = false;
	const add = async (block: Element, key: boolean | undefined) => {
		const head = await window.upTo(block.start, Math.min(13, block.end - block.start));
		const number = readVint(head, 0, false);
		if (number.value !== track.number) return;
		if (block.end > window.size) {
			isCutOff = true;
			return;
		}
		const flags = head[number.length + 2] as number;
		const lacing = (flags & 0x06) !== 0;
		if (lacing && head[number.length + 3] !== 0)
			throw new NeedsDecoding('unsupported', 'Blocks hold several pictures (lacing)');
		const first = head[number.length + (lacing ? 4 : 3)];
		if (track.bitstream.codec === 'vp8' && isHiddenVp8(first as number)) {
			columns.hiddenFrom ??= block.at;
			return;
		}
		const pts = time + head.readInt16BE(number.length);
		if (pts < 0)
			throw new NeedsDecoding('unsupported', 'Pictures have negative times, which demuxers treat as unknown');
		columns.pts.push(pts);
		columns.key.push(Number(key ?? (flags & 0x80) !== 0));
		const start = columns.hiddenFrom ?? block.at;
		columns.hiddenFrom = undefined;
		columns.offset.push(start);
		columns.size.push(block.end - start);
		columns.clusterTime.push(time);
	};
	let at = cluster.start;
	while (at + 2 <= Math.min(cluster.end, window.size)) {
		const element = await readElement(window, at);
		const isOutside = element.id === ids.ebml || (inSegment.has(element.id) && !inCluster.has(element.id));
		if (cluster.end === Number.POSITIVE_INFINITY && isOutside) return { end: element.at, isCutOff };
		if (!inCluster.has(element.id)) throw notUnderstood(element);
		if (element.end > cluster.end) throw new NeedsDecoding('corrupt', 'A block is longer than its cluster');
		if (element.id === ids.timestamp) time = await readUnsigned(window, element);
		if (element.id === ids.simpleBlock) await add(element, undefined);
		if (element.id === ids.blockGroup) {
			let block: Element | undefined;
			let isReferring = false;
			for await (const inner of elementsIn(window, element.start, element.end)) {
				if (inner.id === ids.block) block = inner;
				if (inner.id === ids.referenceBlock) isReferring = true;
			}
			if (block) await add({ ...block, at: element.at, end: element.end }, !isReferring);
		}
		at = element.end;
	}
	return { end: at, isCutOff };
};

/** The bit `show_frame` in the first byte of a VP8 picture (RFC 6386, 9.1): if not set, a reference that is not shown. */
const isHiddenVp8 = (first: number): boolean => (first & 0x10) === 0;

const reduced = (num: number, den: number): { num: number; den: number } => {
	let [a, b] = [num, den];
	while (b > 0) [a, b] = [b, a % b];
	return { num: num / a, den: den / a };
};
