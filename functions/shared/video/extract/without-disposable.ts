import { disposablePictures, hasDisposablePictures } from '../bitstream/disposable-pictures.ts';
import { setsOfDescription } from '../bitstream/h264-headers.ts';
import { type ByteSource, joinRanges } from '../source/byte-source.ts';
import { memorySource } from '../source/memory-source.ts';
import type { DecodePlan, WantedFrame } from './decode-plan.ts';
import { demuxInputPart, type Part } from './split-decode-plan.ts';

type SamplesInput = Extract<DecodePlan['demuxInput'], { kind: 'samples' }>;

/** Maximum number of bytes of a part, which are held in memory. */
const mostBytes = 16 * 1024 * 1024;

/** Least number of pictures per wanted frame at which it is worth looking for pictures that need not be decoded. */
const sparse = 4;

/**
 * Splits a plan with few wanted frames at key pictures into parts whose bytes fit in memory, where the pictures that
 * need not be decoded are found.
 * @returns undefined where frames are many, or where it can't be seen from pictures whether others refer to them
 */
export function sparseParts(plan: DecodePlan, wanted: WantedFrame[]): Part[] | undefined {
	const { demuxInput } = plan;
	if (demuxInput.kind !== 'samples' || demuxInput.demuxer !== 'mov' || !hasDisposablePictures(demuxInput.bitstream))
		return undefined;
	if (demuxInput.pts.length < wanted.length * sparse) return undefined;
	const ends = [...demuxInput.runs.slice(1), demuxInput.pts.length];
	const parts: Part[] = [];
	let [first, bytes] = [0, 0];
	for (const [n, start] of demuxInput.runs.entries()) {
		const own = demuxInput.size.slice(start, ends[n]).reduce((sum, size) => sum + size, 0);
		if (start > first && bytes + own > mostBytes) {
			parts.push(partOf(plan, demuxInput, wanted, first, start));
			[first, bytes] = [start, 0];
		}
		bytes += own;
	}
	parts.push(partOf(plan, demuxInput, wanted, first, demuxInput.pts.length));
	return parts.filter(part => part.wanted.length > 0);
}

const partOf = (plan: DecodePlan, input: SamplesInput, wanted: WantedFrame[], first: number, end: number): Part => {
	const demuxInput = demuxInputPart(input, first, end);
	const own = new Set(demuxInput.pts);
	return { plan: { ...plan, demuxInput }, wanted: wanted.filter(({ pts }) => own.has(pts)) };
};

/**
 * A part without the pictures that are neither wanted nor referred to by others, and its bytes in memory.
 * @returns the part as it is, with the source, if it has too many bytes
 */
export async function withoutDisposable(
	part: Part,
	source: ByteSource,
	signal: AbortSignal,
): Promise<Part & { source: ByteSource }> {
	const { demuxInput } = part.plan;
	const asItIs = { ...part, source };
	if (demuxInput.kind !== 'samples' || demuxInput.size.reduce((sum, size) => sum + size, 0) > mostBytes) return asItIs;
	const places = demuxInput.offset.map((offset, at) => ({ offset, length: demuxInput.size[at] as number }));
	const ranges = joinRanges([...places].sort((a, b) => a.offset - b.offset));
	const held = await memorySource(source, ranges, signal);
	const starts = new Set(demuxInput.runs);
	const samples = await Promise.all(
		places.map(async ({ offset, length }, at) => ({
			bytes: await held.read(offset, length),
			isStart: starts.has(at),
		})),
	);
	const sets = setsOfDescription(Buffer.from(demuxInput.sampleDescription, 'base64'));
	const disposable = disposablePictures(samples, demuxInput.bitstream, sets);
	const wanted = new Set(part.wanted.map(({ pts }) => pts));
	const isKept = demuxInput.pts.map((pts, at) => starts.has(at) || wanted.has(pts) || !disposable?.[at]);
	return { wanted: part.wanted, plan: { ...part.plan, demuxInput: only(demuxInput, isKept) }, source: held };
}

/** Some pictures of an input, among them the first one of each run. */
function only(input: SamplesInput, isKept: boolean[]): SamplesInput {
	const part = <Item>(column: Item[]) => column.filter((_, at) => isKept[at]);
	const places = part([...isKept.keys()]);
	const placeOf = new Map(places.map((at, place) => [at, place]));
	return {
		...input,
		runs: input.runs.flatMap(start => placeOf.get(start) ?? []),
		offset: part(input.offset),
		size: part(input.size),
		pts: part(input.pts),
		key: part(input.key),
		dts: part(input.dts),
	};
}
