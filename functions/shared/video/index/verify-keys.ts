import pLimit from 'p-limit';
import { type Bitstream, nalUnits } from '../bitstream/bitstream.ts';
import { coloursIn, decoderSetup, parameterSets } from '../bitstream/decoder-setup.ts';
import { type Colours, needEarlierColours, setsOfDescription } from '../bitstream/h264-headers.ts';
import { bytesTell, canBeginAt, isVerifiable } from '../bitstream/random-access.ts';
import type { ByteSource, Change } from '../source/byte-source.ts';
import { lastBlock } from './matroska-block.ts';
import { ids } from './matroska-ids.ts';
import type { VideoIndex } from './video-index.ts';

/** Keys that are checked, evenly over the file; if one of them is false, all are checked. */
const looked = 48;
const concurrency = 8;
/** Bytes of a picture that are read at first, and when these are insufficient. */
const firstBytes = 4096;
const mostBytes = 65_536;

/** Largest sample that may be only a delimiter or an end code, and most bytes that Matroska puts before it. */
const emptyBytes = 8;
const blockHeaderBytes = 24;

type HeaderIndex = VideoIndex & { container: Exclude<VideoIndex['container'], { kind: 'whole' }> };

/**
 * Corrects the keys of an index by the bytes of the pictures, and adds the decoder setup of the first picture. A key
 * picture that relies on parameter sets of an earlier one doesn't count as a key.
 * @returns the corrected index, or why it is not reliable, with bytes to replace for the decoder
 */
export async function verifyKeys(
	index: VideoIndex,
	source: ByteSource,
): Promise<VideoIndex | { reason: string; changes?: Change[] }> {
	if (!isHeaderIndex(index)) return index;
	const { container } = index;
	const { bitstream } = container;
	if (!isVerifiable(bitstream))
		return { reason: `The key pictures of ${container.codec} cannot be verified, so all pictures are decoded` };
	const first = await readPicture(index, source, 0, mostBytes);
	if (bytesTell(bitstream) && canBeginAt(first, bitstream) === false)
		return {
			reason: 'The first picture needs pictures that are missing, so pictures are counted as the decoder outputs them',
		};
	const empty = await emptySamples(index, source);
	if (empty.length > 0) {
		const changes = await asVoid(index, source, empty);
		return { reason: 'Some samples hold no picture, so pictures are counted', changes };
	}
	const setup = decoderSetup(first, bitstream);
	const { key, colours } = await correctedKeys(index, source, parameterSets(first, bitstream));
	if (needEarlierColours([...configuredColours(container), ...coloursIn(first, bitstream), ...colours]))
		return { reason: 'Only some pictures declare their colours, so all are decoded in order' };
	key[0] = 1;
	return { ...index, key, container: { ...container, setup } };
}

/** Small samples without a picture, or with one that is not coded: a decoder outputs nothing for them. */
async function emptySamples(index: HeaderIndex, source: ByteSource): Promise<number[]> {
	const { container, size } = index;
	const { codec, lengthBytes } = container.bitstream;
	const isPicture = picturesIn[codec];
	if (!isPicture) return [];
	const most = emptyBytes + (container.kind === 'matroska' ? blockHeaderBytes : 0);
	const small = Array.from(size.keys()).filter(at => (size[at] as number) <= most);
	const found = await pLimit(concurrency).map(small, async at => {
		const sample = await readPicture(index, source, at, mostBytes);
		return sample.length <= emptyBytes && !isPicture(sample, lengthBytes);
	});
	return small.filter((_, n) => found[n]);
}

/** Replaces blocks of Matroska by void elements, since a decoder may log errors about their content. */
async function asVoid(
	{ container, offset, size }: HeaderIndex,
	source: ByteSource,
	samples: number[],
): Promise<Change[]> {
	if (container.kind !== 'matroska') return [];
	const { track } = container;
	const changes = samples.map(async (sample): Promise<Change[]> => {
		const from = offset[sample] as number;
		const block = lastBlock(await source.read(from, size[sample] as number), track);
		return block ? [{ offset: from + block.at, bytes: Buffer.of(ids.void) }] : [];
	});
	return (await Promise.all(changes)).flat();
}

/** Whether a small sample holds a picture. A coded picture of MPEG-4 is larger. */
const picturesIn: Record<string, (sample: Buffer, lengthBytes: number) => boolean> = {
	h264: (sample, lengthBytes) =>
		[...nalUnits(sample, lengthBytes)].some(nal => [1, 2, 5].includes((nal[0] ?? 0) & 0x1f)),
	hevc: (sample, lengthBytes) => [...nalUnits(sample, lengthBytes)].some(nal => (((nal[0] ?? 0) >> 1) & 0x3f) < 32),
	mpeg4: () => false,
};

const isHeaderIndex = (index: VideoIndex): index is HeaderIndex => index.container.kind !== 'whole';

/** Colours declared in the parameter sets of the container. */
function configuredColours(container: HeaderIndex['container']): Colours[] {
	if (container.bitstream.codec !== 'h264' || container.kind !== 'samples') return [];
	return coloursIn(setsOfDescription(container.sampleDescription), container.bitstream);
}

/** Checks some keys, and all of them if one is suspect. `colours`: those declared by the checked pictures. */
async function correctedKeys(
	index: HeaderIndex,
	source: ByteSource,
	firstSets: Buffer,
): Promise<{ key: Uint8Array; colours: Colours[] }> {
	const { bitstream } = index.container;
	if (!bytesTell(bitstream)) return { key: index.key, colours: [] };
	const keys = Array.from(index.key.keys()).filter(at => at > 0 && index.key[at] && (index.size[at] as number) > 0);
	const step = Math.max(1, keys.length / looked);
	const some = new Set(
		Array.from({ length: Math.min(looked, keys.length) }, (_, n) => keys[Math.floor(n * step)] as number),
	);
	let found = await lookAt(index, source, [...some], bitstream);
	const isSuspect = found.some(
		({ canBegin, sets }) => canBegin === false || (sets.length > 0 && !sets.equals(firstSets)),
	);
	if (isSuspect && some.size < keys.length) found = await lookAt(index, source, keys, bitstream);
	const corrected = Uint8Array.from(index.key);
	let inForce = firstSets;
	for (const { at, canBegin, sets } of found) {
		if (sets.length > 0) inForce = sets;
		// A decoder that begins here has only the sets of the first picture and of this one.
		if (canBegin === false || (sets.length === 0 && !inForce.equals(firstSets))) corrected[at] = 0;
	}
	return { key: corrected, colours: found.flatMap(each => each.colours) };
}

/** `canBegin`: undefined for a damaged picture. */
type Looked = { at: number; canBegin: boolean | undefined; sets: Buffer; colours: Colours[] };

function lookAt(index: HeaderIndex, source: ByteSource, keys: number[], bitstream: Bitstream): Promise<Looked[]> {
	return pLimit(concurrency).map(keys, async (at): Promise<Looked> => {
		for (const most of [firstBytes, mostBytes]) {
			const bytes = await readPicture(index, source, at, most);
			const canBegin = canBeginAt(bytes, bitstream);
			if (canBegin || most === mostBytes || most >= (index.size[at] as number))
				return { at, canBegin, sets: parameterSets(bytes, bitstream), colours: coloursIn(bytes, bitstream) };
		}
		return { at, canBegin: undefined, sets: Buffer.alloc(0), colours: [] };
	});
}

/** The first bytes of a picture, without container headers. */
async function readPicture(index: HeaderIndex, source: ByteSource, at: number, most: number): Promise<Buffer> {
	const { container, offset, size } = index;
	const bytes = await source.read(offset[at] as number, Math.min(size[at] as number, most));
	if (container.kind === 'samples') return bytes;
	const block = lastBlock(bytes, container.track);
	return block ? bytes.subarray(block.payload, block.end) : Buffer.alloc(0);
}
