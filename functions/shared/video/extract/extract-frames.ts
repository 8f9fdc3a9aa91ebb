import type { ByteSource } from '../source/byte-source.ts';
import { withoutCutOff } from './cut-off-frames.ts';
import { decodeFromPlan } from './decode-from-plan.ts';
import type { DecodePlan, FrameFault, WantedFrame } from './decode-plan.ts';
import { fromStart } from './decode-run.ts';
import { type Ending, type ExtractOptions, type Frame, runDecoder } from './run-decoder.ts';
import { byGroup } from './split-decode-plan.ts';

/** What one extraction works on. `left`: frames not yet output or lost, by index. */
type Extraction = {
	plan: DecodePlan;
	source: ByteSource;
	left: Map<number, WantedFrame>;
	faults: FrameFault[];
	options: ExtractOptions;
};

/** One way to decode. It is tried if frames are left, and if `when` holds for how the attempt before it ended. */
type Attempt = {
	/** Whether it is for plans of a part of the stream, for those that always read the whole stream, or for all. */
	plans: 'part' | 'whole' | 'all';
	when: (last: Ending, plan: DecodePlan) => boolean;
	how: (extraction: Extraction) => AsyncGenerator<Frame, Ending>;
};

const hasNoError = ({ damaged, lastError }: Ending): boolean => !damaged && lastError === '';

/** All attempts, in this order. docs/architecture.md has the same as a table. */
const attempts: Attempt[] = [
	{ plans: 'all', when: () => true, how: decodeWanted },
	{
		plans: 'part',
		when: last => Boolean(last.damaged || last.contradicted || last.falseKey),
		how: decodeByGroup,
	},
	{ plans: 'part', when: last => !last.contradicted, how: each => decodeStream(each, {}) },
	// No picture has the time of the frame although nothing is damaged: the decoder's times differ from the headers'.
	{ plans: 'part', when: hasNoError, how: each => decodeStream(each, { numbered: true }) },
	{ plans: 'whole', when: last => Boolean(last.damaged), how: decodeAroundDamage },
	{
		plans: 'whole',
		when: (last, { demuxInput }) => demuxInput.kind === 'whole' && demuxInput.counted && hasNoError(last),
		how: each => decodeStream(each, { every: true }),
	},
];

/**
 * Decodes the wanted frames of a plan. A picture is output only when it comes in display order, with the presentation
 * time of its frame, and without a decoder error before it. After an error each group of pictures is decoded by
 * itself, so that only frames after the damage are lost. Frames missing from the bytes of the plan are decoded from the
 * start of the stream; where headers and decoder contradict each other, they are counted there.
 * @param wanted in the order of their indices, all within the plan
 * @returns after the last frame, the faults; frames may come out of order where a second run was needed
 */
export async function* extractFrames(
	whole: DecodePlan,
	all: WantedFrame[],
	source: ByteSource,
	options: ExtractOptions,
): AsyncGenerator<Frame, FrameFault[]> {
	const { plan, wanted, faults } = withoutCutOff(whole, all, source.size);
	const left = new Map(wanted.map(frame => [frame.index, frame]));
	const kind = plan.demuxInput.kind === 'whole' ? 'whole' : 'part';
	let ending: Ending = { lastError: '' };
	for (const { plans, when, how } of attempts) {
		if (left.size > 0 && (plans === 'all' || plans === kind) && when(ending, plan))
			ending = yield* how({ plan, source, left, faults, options });
	}
	for (const { index } of left.values()) {
		const why = ending.lastError ? `: ${ending.lastError}` : '';
		const message = `The decoder outputs no picture for frame ${index}${why}`;
		faults.push({ index, reason: ending.lastError ? 'corrupt' : 'missing', message });
	}
	return faults;
}

/** Decodes the bytes of the plan. */
async function* decodeWanted({ plan, source, left, options }: Extraction): AsyncGenerator<Frame, Ending> {
	return yield* decodeFromPlan(plan, [...left.values()], source, left, options);
}

/** Decodes each group of pictures by itself. Frames of a damaged group that did not come before the damage are lost. */
async function* decodeByGroup({ plan, source, left, faults, options }: Extraction): AsyncGenerator<Frame, Ending> {
	let ending: Ending = { lastError: '' };
	for (const part of byGroup(plan, [...left.values()])) {
		ending = yield* decodeFromPlan(part.plan, part.wanted, source, left, options);
		if (ending.damaged) faults.push(...lose(part.wanted, left, ending.lastError));
		if (ending.contradicted) break;
	}
	return ending;
}

/** Decodes the stream from its start. */
async function* decodeStream(
	{ plan, source, left, options }: Extraction,
	how: Parameters<typeof fromStart>[4],
): AsyncGenerator<Frame, Ending> {
	const run = await fromStart(plan, [...left.values()], source, options.signal, how);
	return yield* runDecoder(run, left, options);
}

/** Decodes the stream picture by picture; only the damaged ones are lost. */
async function* decodeAroundDamage({ plan, source, left, faults, options }: Extraction): AsyncGenerator<Frame, Ending> {
	const damaged = new Map<WantedFrame, string>();
	const run = await fromStart(plan, [...left.values()], source, options.signal, { pictureByPicture: true });
	const ending = yield* runDecoder(run, left, options, damaged);
	for (const [frame, error] of damaged) faults.push(...lose([frame], left, error));
	return ending;
}

const lose = (frames: WantedFrame[], left: Map<number, WantedFrame>, lastError: string): FrameFault[] =>
	frames
		.filter(({ index }) => left.delete(index))
		.map(({ index }) => ({ index, reason: 'corrupt', message: `Frame ${index} is damaged: ${lastError}` }));
