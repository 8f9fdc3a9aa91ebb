import { PermanentError } from '../../errors.ts';
import type { ByteSource } from '../source/byte-source.ts';
import { makeWindow, type Window } from '../source/window.ts';
import { cutOff } from './cut-off.ts';
import { type Element, elementsIn, readElement, readUnsigned, readVint } from './ebml.ts';
import { NeedsDecoding } from './needs-decoding.ts';
import { presentationOrder, type VideoIndex } from './video-index.ts';

/** Element ids (RFC 9559). */
const ids = {
	ebml: 0x1a45dfa3,
	segment: 0x18538067,
	info: 0x1549a966,
	timestampScale: 0x2ad7b1,
	tracks: 0x1654ae6b,
	trackEntry: 0xae,
	trackNumber: 0xd7,
	trackType: 0x83,
	codecId: 0x86,
	contentEncryption: 0x5035,
	contentEncodings: 0x6d80,
	contentEncoding: 0x6240,
	cluster: 0x1f43b675,
	timestamp: 0xe7,
	simpleBlock: 0xa3,
	blockGroup: 0xa0,
	block: 0xa1,
	referenceBlock: 0xfb,
} as const;

/** Elements that end a cluster of unknown size: whatever else may stand directly in a segment. */
const inSegment = new Set([
	ids.cluster,
	ids.info,
	ids.tracks,
	0x114d9b74,
	0x1c53bb6b,
	0x1254c367,
	0x1043a770,
	0x1941a469,
]);

type Columns = {
	pts: number[];
	key: number[];
	offset: number[];
	size: number[];
	clusterTime: number[];
	/** Where a picture begins that isn't shown itself, but is needed for the next. */
	hiddenFrom: number | undefined;
};
type Track = { track: number; codec: string; notes: string[] };
type Head = Track & { scale: number };

/**
 * Indexes Matroska and WebM by walking over all blocks; pictures' bytes are passed over where they are large.
 * Presentation times are in units of the segment's timestamp scale, as demuxers count them.
 * @throws PermanentError `corrupt` or `unsupported`
 */
export const indexMatroska = async (source: ByteSource): Promise<VideoIndex> => {
	const window = makeWindow(source, 256 * 1024);
	let head: Head | undefined;
	let firstCluster: number | undefined;
	const columns: Columns = { pts: [], key: [], offset: [], size: [], clusterTime: [], hiddenFrom: undefined };
	let scale = 1_000_000;
	let tracks: Track | undefined;
	let damage: string | undefined;
	for await (const top of elementsIn(window, 0, source.size)) {
		if (top.id !== ids.segment) continue;
		damage = cutOff(top.end, source.size);
		for (let at = top.start; at + 2 <= Math.min(top.end, source.size); ) {
			const element = await readElement(window, at);
			if (element.id === ids.info) scale = await readScale(window, element);
			if (element.id === ids.tracks) tracks = await readTracks(window, element);
			at = element.end;
			if (element.id !== ids.cluster) continue;
			if (!tracks) throw new PermanentError('corrupt', 'The file has no tracks before its first cluster');
			head ??= { ...tracks, scale };
			firstCluster ??= element.at;
			at = await readCluster(window, element, head, columns);
		}
		break;
	}
	if (!head || firstCluster === undefined || columns.pts.length === 0) {
		throw new PermanentError('corrupt', 'The file has no pictures: it was cut off, or it is no Matroska');
	}
	const pts = Float64Array.from(columns.pts);
	return {
		container: {
			kind: 'matroska',
			header: Buffer.from(await source.read(0, firstCluster)),
			clusterTime: Float64Array.from(columns.clusterTime),
			codec: head.codec,
		},
		timeBase: reduced(head.scale, 1_000_000_000),
		pictureSize: null,
		pts,
		key: Uint8Array.from(columns.key),
		offset: Float64Array.from(columns.offset),
		size: Uint32Array.from(columns.size),
		shown: presentationOrder(pts, () => true),
		damage,
		notes: head.notes,
	};
};

const readScale = async (window: Window, info: Element): Promise<number> => {
	for await (const element of elementsIn(window, info.start, info.end)) {
		if (element.id === ids.timestampScale) return (await readUnsigned(window, element)) || 1_000_000;
	}
	return 1_000_000;
};

/** The first video track; type 1 is video. */
const readTracks = async (window: Window, tracks: Element): Promise<Track> => {
	const found: { track: number; codec: string; encrypted: boolean }[] = [];
	for await (const entry of elementsIn(window, tracks.start, tracks.end)) {
		if (entry.id !== ids.trackEntry) continue;
		let track = 0;
		let type = 0;
		let codec = '';
		let encrypted = false;
		for await (const element of elementsIn(window, entry.start, entry.end)) {
			if (element.id === ids.trackNumber) track = await readUnsigned(window, element);
			if (element.id === ids.trackType) type = await readUnsigned(window, element);
			if (element.id === ids.codecId)
				codec = (await window.bytes(element.start, Math.min(64, element.end - element.start))).toString('latin1');
			if (element.id === ids.contentEncodings) encrypted = await hasEncryption(window, element);
		}
		if (type === 1) found.push({ track, codec, encrypted });
	}
	const [first] = found;
	if (!first) throw new PermanentError('unsupported', 'The file has no video track');
	if (first.encrypted) throw new PermanentError('unsupported', 'The video samples are encrypted');
	const notes = found.length > 1 ? [`The file has ${found.length} video tracks: the first is read`] : [];
	return { track: first.track, codec: first.codec, notes };
};

const hasEncryption = async (window: Window, encodings: Element): Promise<boolean> => {
	for await (const encoding of elementsIn(window, encodings.start, encodings.end)) {
		if (encoding.id !== ids.contentEncoding) continue;
		for await (const element of elementsIn(window, encoding.start, encoding.end)) {
			if (element.id === ids.contentEncryption) return true;
		}
	}
	return false;
};

/** @returns where the cluster ends */
const readCluster = async (
	window: Window,
	cluster: Element,
	{ track, codec }: Head,
	columns: Columns,
): Promise<number> => {
	let time = 0;
	const add = async (block: Element, key: boolean | undefined) => {
		if (block.end > window.size) return;
		const head = await window.bytes(block.start, Math.min(12, block.end - block.start));
		const number = readVint(head, 0, false);
		if (number.value !== track) return;
		const flags = head[number.length + 2] as number;
		if (flags & 0x06)
			throw new PermanentError('unsupported', 'The video track has several pictures in one block (lacing)');
		if (codec === 'V_VP8' && isHiddenVp8(head[number.length + 3] as number)) {
			columns.hiddenFrom ??= block.at;
			return;
		}
		const pts = time + head.readInt16BE(number.length);
		if (pts < 0) throw new NeedsDecoding('unsupported', 'Pictures have times below 0, which demuxers take for unknown');
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
		if (cluster.end === Number.POSITIVE_INFINITY && inSegment.has(element.id as never)) return element.at;
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
	return at;
};

/** The bit `show_frame` in the first byte of a VP8 picture (RFC 6386, 9.1): a reference for later, which nobody sees. */
const isHiddenVp8 = (first: number): boolean => (first & 0x10) === 0;

const reduced = (num: number, den: number): { num: number; den: number } => {
	let [a, b] = [num, den];
	while (b > 0) [a, b] = [b, a % b];
	return { num: num / a, den: den / a };
};
