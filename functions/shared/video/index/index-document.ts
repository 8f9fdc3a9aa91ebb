import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { z } from 'zod';
import { presentationOrder, type VideoIndex } from './video-index.ts';

const count = z.number().int().min(0);
const bytes = z.base64();
const codec = z.string();

/**
 * An index as it is stored: columns are differences as variable-length integers, deflated, in base64; some 4 to 8 bytes
 * a picture. `isShown` has a bit for each picture, `order` says how the shown ones are numbered.
 */
export const indexDocumentSchema = z.strictObject({
	schema: z.literal(1),
	container: z.discriminatedUnion('kind', [
		z.strictObject({
			kind: z.literal('mp4'),
			sampleDescription: bytes,
			matrix: bytes,
			width: count,
			height: count,
			dts: bytes,
			codec,
		}),
		z.strictObject({ kind: z.literal('matroska'), header: bytes, clusterTime: bytes, codec }),
		z.strictObject({ kind: z.literal('whole'), demuxer: z.string(), counted: z.boolean(), codec: codec.optional() }),
	]),
	timeBase: z.strictObject({ num: count.min(1), den: count.min(1) }),
	pictureSize: z.strictObject({ width: count.min(1), height: count.min(1) }).nullable(),
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

export const writeIndex = (index: VideoIndex): IndexDocument => {
	const { container, pts, offset, size, shown } = index;
	const gap = offset.map((at, n) => at - (n === 0 ? 0 : (offset[n - 1] as number) + (size[n - 1] as number)));
	const isShown = new Uint8Array(pts.length);
	for (const at of shown) isShown[at] = 1;
	const { timeBase, pictureSize, damage, notes } = index;
	return {
		schema: 1,
		container:
			container.kind === 'mp4'
				? {
						...container,
						sampleDescription: container.sampleDescription.toString('base64'),
						matrix: container.matrix.toString('base64'),
						dts: pack(differences(container.dts)),
					}
				: container.kind === 'matroska'
					? {
							...container,
							header: container.header.toString('base64'),
							clusterTime: pack(differences(container.clusterTime)),
						}
					: container,
		timeBase,
		pictureSize,
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
};

export const readIndex = (document: IndexDocument): VideoIndex => {
	const { container, pictures, timeBase, pictureSize, damage, notes } = document;
	const pts = sums(unpack(document.pts, pictures));
	const size = Uint32Array.from(unpack(document.size, pictures));
	const offset = unpack(document.gap, pictures);
	for (let at = 1; at < pictures; at++)
		offset[at] = (offset[at] as number) + (offset[at - 1] as number) + (size[at - 1] as number);
	const isShown = unpackBits(document.isShown, pictures);
	return {
		container:
			container.kind === 'mp4'
				? {
						...container,
						sampleDescription: Buffer.from(container.sampleDescription, 'base64'),
						matrix: Buffer.from(container.matrix, 'base64'),
						dts: sums(unpack(container.dts, pictures)),
					}
				: container.kind === 'matroska'
					? {
							...container,
							header: Buffer.from(container.header, 'base64'),
							clusterTime: sums(unpack(container.clusterTime, pictures)),
						}
					: { kind: container.kind, demuxer: container.demuxer, counted: container.counted, ...codecOf(container) },
		timeBase,
		pictureSize,
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
};

const codecOf = ({ codec }: { codec?: string | undefined }) => (codec === undefined ? {} : { codec });

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
			if (byte === undefined) throw new RangeError('The column of an index ends too early');
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
