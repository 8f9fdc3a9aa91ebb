import { presentationOrder } from '../index/video-index.ts';
import { groupsOf } from '../plan-chunks.ts';
import type { DecodePlan, WantedFrame } from './decode-plan.ts';

export type Part = { plan: DecodePlan; wanted: WantedFrame[] };
type DemuxInput = Exclude<DecodePlan['demuxInput'], { kind: 'whole' }>;

/**
 * Splits a plan into one for each group of pictures with wanted frames. Used for damaged chunks, so that the damage of
 * one group does not affect another.
 */
export function byGroup(plan: DecodePlan, wanted: WantedFrame[]): Part[] {
	const { demuxInput } = plan;
	if (demuxInput.kind === 'whole') return [{ plan, wanted }];
	const pts = Float64Array.from(demuxInput.pts);
	const shown = presentationOrder(pts, () => true);
	const places = new Map(Array.from(shown, (at, place) => [pts[at], place]));
	const byPlace = new Map(wanted.map(frame => [places.get(frame.pts) as number, frame]));
	const index = { pts, key: Uint8Array.from(demuxInput.key, Number), shown };
	return groupsOf(index, [...byPlace.keys()]).map(({ frames, key, last }) => ({
		plan: { ...plan, demuxInput: demuxInputPart(demuxInput, key, last + 1) },
		wanted: frames.map(place => byPlace.get(place) as WantedFrame),
	}));
}

/** The pictures `[first, end)` of a demux input. */
export function demuxInputPart(input: DemuxInput, first: number, end: number): DemuxInput {
	const part = <Item>(column: Item[]) => column.slice(first, end);
	const columns = {
		runs: [0, ...input.runs.filter(start => start > first && start < end).map(start => start - first)],
		offset: part(input.offset),
		size: part(input.size),
		pts: part(input.pts),
		key: part(input.key),
	};
	return input.kind === 'samples'
		? { ...input, ...columns, dts: part(input.dts) }
		: { ...input, ...columns, clusterTime: part(input.clusterTime) };
}
