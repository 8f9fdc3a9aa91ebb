import type { DecodePlan, FrameFault, WantedFrame } from './decode-plan.ts';
import { demuxInputPart } from './split-decode-plan.ts';

/**
 * Separates the frames of a plan from those whose bytes, or bytes they depend on, are beyond the end of the file. A
 * decoder would conceal what is missing, often without an error.
 * @param fileSize in bytes
 */
export function withoutCutOff(
	plan: DecodePlan,
	wanted: WantedFrame[],
	fileSize: number,
): { plan: DecodePlan; wanted: WantedFrame[]; faults: FrameFault[] } {
	const { demuxInput } = plan;
	if (demuxInput.kind === 'whole') return { plan, wanted, faults: [] };
	const end = (at: number) => (demuxInput.offset[at] as number) + (demuxInput.size[at] as number);
	const first = demuxInput.offset.findIndex((_, at) => end(at) > fileSize);
	if (first < 0) return { plan, wanted, faults: [] };
	const cut = new Set(demuxInput.pts.slice(first));
	return {
		plan: { ...plan, demuxInput: demuxInputPart(demuxInput, 0, first) },
		wanted: wanted.filter(({ pts }) => !cut.has(pts)),
		faults: wanted
			.filter(({ pts }) => cut.has(pts))
			.map(({ index }) => ({
				index,
				reason: 'corrupt' as const,
				message: `Frame ${index} is cut off: it needs the first ${end(first)} bytes of the file, which has ${fileSize}`,
			})),
	};
}
