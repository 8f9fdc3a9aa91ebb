import type { Sample } from './mp4-samples.ts';

/** Ids of Matroska's elements, as hexadecimal digits (RFC 9559). */
const parents = new Set(['18538067', '1f43b675', 'a0', '1654ae6b', 'ae', 'e0']);

/** An element: where it begins, where its content does, and where that ends. */
export type Element = { id: string; at: number; start: number; end: number };

const vintLength = (first: number): number => Math.clz32(first) - 23;

/** All elements of a file whose sizes are known, parents before what they hold. */
export function* elementsOf(bytes: Buffer, from = 0, to = bytes.length): Iterable<Element> {
	for (let at = from; at + 2 <= to; ) {
		const idLength = vintLength(bytes[at] as number);
		const id = bytes.toString('hex', at, at + idLength);
		const sizeAt = at + idLength;
		const sizeLength = vintLength(bytes[sizeAt] as number);
		let size = (bytes[sizeAt] as number) & (0xff >> sizeLength);
		for (let n = 1; n < sizeLength; n++) size = size * 256 + (bytes[sizeAt + n] as number);
		const start = sizeAt + sizeLength;
		const end = Math.min(to, start + size);
		yield { id, at, start, end };
		if (parents.has(id)) yield* elementsOf(bytes, start, end);
		at = end;
	}
}

/** An element with a size of eight bytes. */
export function element(id: string, ...content: Buffer[]): Buffer {
	const body = Buffer.concat(content);
	const size = Buffer.alloc(8);
	size.writeBigUInt64BE(BigInt(body.length));
	size[0] = 1;
	return Buffer.concat([Buffer.from(id, 'hex'), size, body]);
}

/** An element whose size isn't told: it ends where another of its kind begins, or with the file. */
export function unsized(id: string, ...content: Buffer[]): Buffer {
	return Buffer.concat([Buffer.from(`${id}01ffffffffffffff`, 'hex'), ...content]);
}

export function unsigned(id: string, value: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeBigUInt64BE(BigInt(value));
	return element(id, bytes);
}

export function float(id: string, value: number): Buffer {
	const bytes = Buffer.alloc(8);
	bytes.writeDoubleBE(value);
	return element(id, bytes);
}

export function text(id: string, value: string): Buffer {
	return element(id, Buffer.from(value));
}

/** What a file is made of. `time` of a sample is in milliseconds. */
export type Film = {
	codec: string;
	privateData: Buffer;
	width: number;
	height: number;
	/** Elements for `Video`, such as how the picture is turned. */
	video?: Buffer[];
	/** More elements of the track, such as its language. */
	described?: Buffer[];
	samples: { data: Buffer; time: number; isKey: boolean }[];
};

export const header = element('1a45dfa3', text('4282', 'matroska'), unsigned('4287', 4), unsigned('4285', 2));

export const info = element('1549a966', unsigned('2ad7b1', 1_000_000), text('4d80', 'test'), text('5741', 'test'));

/** One track, number 1. */
export function tracks({ codec, privateData, width, height, video = [], described = [] }: Film): Buffer {
	return element(
		'1654ae6b',
		element(
			'ae',
			...[unsigned('d7', 1), unsigned('73c5', 1), unsigned('83', 1), unsigned('9c', 0), text('86', codec)],
			...described,
			...(privateData.length > 0 ? [element('63a2', privateData)] : []),
			element('e0', unsigned('b0', width), unsigned('ba', height), ...video),
		),
	);
}

/** The head of a block: track 1, its time in the cluster, its flags. */
const blockHead = (time: number, flags: number): Buffer => {
	const head = Buffer.from([0x81, 0, 0, flags]);
	head.writeInt16BE(time, 1);
	return head;
};

/** A simple block: 0x80 marks a key. */
export function simpleBlock(data: Buffer, time: number, isKey: boolean): Buffer {
	return element('a3', blockHead(time, isKey ? 0x80 : 0), data);
}

/** A block in a group, without a reference to another picture. */
export function blockGroup(data: Buffer, time: number): Buffer {
	return element('a0', element('a1', blockHead(time, 0), data));
}

/** A block that says it may hold several pictures (Xiph lacing), and holds one. */
export function lacedBlock(data: Buffer, time: number, isKey: boolean): Buffer {
	return element('a3', blockHead(time, isKey ? 0x82 : 0x02), Buffer.from([0]), data);
}

type BlockWriter = (data: Buffer, time: number, isKey: boolean) => Buffer;

/** Clusters of up to ten pictures. */
export function clusters(samples: Film['samples'], block: BlockWriter = simpleBlock): Buffer[] {
	const made: Buffer[] = [];
	for (let first = 0; first < samples.length; first += 10) {
		const own = samples.slice(first, first + 10);
		const base = Math.min(...own.map(({ time }) => time));
		const blocks = own.map(({ data, time, isKey }) => block(data, time - base, isKey));
		made.push(element('1f43b675', unsigned('e7', base), ...blocks));
	}
	return made;
}

/** A whole file. */
export function matroska(film: Film, block: BlockWriter = simpleBlock): Buffer {
	return Buffer.concat([header, element('18538067', info, tracks(film), ...clusters(film.samples, block))]);
}

/** Samples of an MP4 with times in milliseconds, the first of which is shown at 0. */
export function inMilliseconds(samples: Sample[], timescale: number, from = 0): Film['samples'] {
	const first = Math.min(...samples.map(({ pts }) => pts));
	return samples.map(({ data, pts, isKey }) => ({
		data,
		time: from + Math.round(((pts - first) * 1000) / timescale),
		isKey,
	}));
}

/**
 * Makes pictures claim that they are keys.
 * @param claims tells of each picture, in decode order, whether it does; `none` takes the claim from those that have it
 */
export function claimKeysInMatroska(bytes: Buffer, claims: ((picture: number) => boolean) | 'none'): Buffer {
	const changed = Buffer.from(bytes);
	let picture = 0;
	let group = false;
	for (const { id, at, start } of elementsOf(bytes)) {
		const isClaimed = claims !== 'none' && claims(picture);
		if (id === 'a0') group = isClaimed;
		if (id === 'a3') {
			const flags = start + vintLength(bytes[start] as number) + 2;
			if (isClaimed) changed[flags] = (bytes[flags] as number) | 0x80;
			if (claims === 'none') changed[flags] = (bytes[flags] as number) & 0x7f;
		}
		// A reference to another picture becomes an element without meaning.
		if (id === 'fb' && group) changed[at] = 0xec;
		if (id === 'a3' || id === 'a1') picture++;
	}
	return changed;
}
