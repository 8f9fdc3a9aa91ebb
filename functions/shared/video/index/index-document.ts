import { deflateRawSync, inflateRawSync } from 'node:zlib';
import * as z from 'zod';
import { storedObject } from '../../stored-object.ts';
import { presentationOrder, type VideoIndex } from './video-index.ts';

const count = z.number().int().min(0);
const bytes = z.base64();
const codec = z.string();
const bitstreamSchema = storedObject({ codec: z.string(), lengthBytes: count });

/**
 * The stored form of an index: columns are differences as variable-length integers, deflated, in base64; about 4 to 8
 * bytes per picture. `isShown`: a bit per picture; `order`: display order of the shown ones.
 */
export const indexDocumentSchema = storedObject({
	schema: z.literal(2),
	container: z.discriminatedUnion('kind', [
		storedObject({
			kind: z.literal('samples'),
			demuxer: z.string(),
			timed: z.boolean(),
			packets: storedObject({ distance: count.min(188), pid: count }).nullable(),
			sampleDescription: bytes,
			matrix: bytes,
			width: count,
			height: count,
			dts: bytes,
			codec,
			stream: z.string(),
			bitstream: bitstreamSchema,
			setup: bytes,
		}),
		storedObject({
			kind: z.literal('matroska'),
			header: bytes,
			matrix: bytes,
			clusterTime: bytes,
			codec,
			track: count,
			bitstream: bitstreamSchema,
			setup: bytes,
		}),
		storedObject({
			kind: z.literal('whole'),
			demuxer: z.string(),
			stream: z.string(),
			matrix: bytes,
			end: count,
			changes: z.array(storedObject({ offset: count, bytes: bytes })),
			counted: z.boolean(),
			restarts: z.boolean(),
			codec: codec.optional(),
		}),
	]),
	timeBase: storedObject({ num: count.min(1), den: count.min(1) }),
	timeOffset: z.number().int(),
	pictureSize: storedObject({ width: count.min(1), height: count.min(1) }).nullable(),
	/** Missing in documents of earlier releases. */
	isPlanar: z.boolean().default(false),
	pictures: count,
	pts: bytes,
	key: bytes,
	gap: bytes,
	size: bytes,
	isShown: bytes,
	order: z.enum(['by-time', 'of-the-file']),
	damage: z.string().nullable(),
	notes: z.array(z.string()),
});
export type IndexDocument = z.output<typeof indexDocumentSchema>;

export function writeIndex(index: VideoIndex): IndexDocument {
	const { container, pts, offset, size, shown } = index;
	const gap = offset.map((at, n) => at - (n === 0 ? 0 : (offset[n - 1] as number) + (size[n - 1] as number)));
	const isShown = new Uint8Array(pts.length);
	for (const at of shown) isShown[at] = 1;
	const { timeBase, timeOffset, pictureSize, isPlanar, damage, notes } = index;
	return {
		schema: 2,
		container:
			container.kind === 'samples'
				? {
						...container,
						sampleDescription: container.sampleDescription.toString('base64'),
						matrix: container.matrix.toString('base64'),
						setup: container.setup.toString('base64'),
						dts: pack(differences(container.dts)),
					}
				: container.kind === 'matroska'
					? {
							...container,
							header: container.header.toString('base64'),
							matrix: container.matrix.toString('base64'),
							setup: container.setup.toString('base64'),
							clusterTime: pack(differences(container.clusterTime)),
						}
					: {
							...container,
							matrix: container.matrix.toString('base64'),
							changes: container.changes.map(({ offset, bytes }) => ({ offset, bytes: bytes.toString('base64') })),
						},
		timeBase,
		timeOffset,
		pictureSize,
		isPlanar,
		pictures: pts.length,
		pts: pack(differences(pts)),
		key: packBits(index.key),
		gap: pack(gap),
		size: pack(size),
		isShown: packBits(isShown),
		order: shown.every((at, n) => n === 0 || at > (shown[n - 1] as number)) ? 'of-the-file' : 'by-time',
		damage: damage ?? null,
		notes,
	};
}

export function readIndex(document: IndexDocument): VideoIndex {
	const { container, pictures, timeBase, timeOffset, pictureSize, isPlanar, damage, notes } = document;
	const pts = sums(unpack(document.pts, pictures));
	const size = Uint32Array.from(unpack(document.size, pictures));
	const offset = unpack(document.gap, pictures);
	for (let at = 1; at < pictures; at++)
		offset[at] = (offset[at] as number) + (offset[at - 1] as number) + (size[at - 1] as number);
	const isShown = unpackBits(document.isShown, pictures);
	return {
		container:
			container.kind === 'samples'
				? {
						...container,
						sampleDescription: Buffer.from(container.sampleDescription, 'base64'),
						matrix: Buffer.from(container.matrix, 'base64'),
						setup: Buffer.from(container.setup, 'base64'),
						dts: sums(unpack(container.dts, pictures)),
					}
				: container.kind === 'matroska'
					? {
							...container,
							header: Buffer.from(container.header, 'base64'),
							matrix: Buffer.from(container.matrix, 'base64'),
							setup: Buffer.from(container.setup, 'base64'),
							clusterTime: sums(unpack(container.clusterTime, pictures)),
						}
					: wholeHeader(container),
		timeBase,
		timeOffset,
		pictureSize,
		isPlanar,
		pts,
		key: unpackBits(document.key, pictures),
		offset,
		size,
		shown:
			document.order === 'by-time'
				? presentationOrder(pts, at => isShown[at] === 1)
				: Uint32Array.from(isShown.keys()).filter(at => isShown[at] === 1),
		damage: damage ?? undefined,
		notes,
	};
}

const wholeHeader = ({ codec, matrix, changes, ...rest }: Extract<IndexDocument['container'], { kind: 'whole' }>) => ({
	...rest,
	matrix: Buffer.from(matrix, 'base64'),
	changes: changes.map(({ offset, bytes }) => ({ offset, bytes: Buffer.from(bytes, 'base64') })),
	...(codec === undefined ? {} : { codec }),
});

const differences = (values: Float64Array): Float64Array =>
	values.map((value, at) => value - (at === 0 ? 0 : (values[at - 1] as number)));

const sums = (values: Float64Array): Float64Array => {
	for (let at = 1; at < values.length; at++) values[at] = (values[at] as number) + (values[at - 1] as number);
	return values;
};

/** Whole numbers, also negative ones, in groups of 7 bits, lowest first; the sign is the lowest bit (as in protobuf). */
const pack = (values: Iterable<number>): string => {
	const packed: number[] = [];
	for (const value of values) {
		let rest = value < 0 ? -value * 2 - 1 : value * 2;
		for (; rest >= 128; rest = Math.floor(rest / 128)) packed.push(128 + (rest % 128));
		packed.push(rest);
	}
	return deflateRawSync(Buffer.from(packed)).toString('base64');
};

const inflate = (text: string, most: number): Buffer =>
	inflateRawSync(Buffer.from(text, 'base64'), { maxOutputLength: Math.max(1, most) });

const unpack = (text: string, pictures: number): Float64Array => {
	const packed = inflate(text, pictures * 8);
	const values = new Float64Array(pictures);
	let at = 0;
	for (let n = 0; n < pictures; n++) {
		let value = 0;
		for (let unit = 1; ; unit *= 128) {
			const byte = packed[at++];
			if (byte === undefined) throw new RangeError('A column of the video index is truncated');
			value += (byte % 128) * unit;
			if (byte < 128) break;
		}
		values[n] = value % 2 === 1 ? -(value + 1) / 2 : value / 2;
	}
	return values;
};

const packBits = (bits: Uint8Array): string => {
	const packed = Buffer.alloc(Math.ceil(bits.length / 8));
	for (const [at, bit] of bits.entries()) if (bit) packed[at >> 3] = (packed[at >> 3] as number) | (1 << (at & 7));
	return deflateRawSync(packed).toString('base64');
};

const unpackBits = (text: string, pictures: number): Uint8Array => {
	const packed = inflate(text, Math.ceil(pictures / 8));
	return Uint8Array.from({ length: pictures }, (_, at) => ((packed[at >> 3] ?? 0) >> (at & 7)) & 1);
};
