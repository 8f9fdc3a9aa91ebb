import type { ByteSource } from '../source/byte-source.ts';
import type { DecodePlan, WantedFrame } from './decode-plan.ts';
import { fromPlan } from './decode-run.ts';
import { ffmpegProgram } from './ffmpeg-program.ts';
import { type Ending, type ExtractOptions, type Frame, runDecoder } from './run-decoder.ts';
import type { Part } from './split-decode-plan.ts';
import { sparseParts, withoutDisposable } from './without-disposable.ts';

/**
 * Decodes the bytes of a plan. Where few frames are wanted, pictures that none of them needs are left out; if that gives
 * no proven picture for a frame, the plan is decoded whole.
 */
export async function* decodeFromPlan(
	plan: DecodePlan,
	wanted: WantedFrame[],
	source: ByteSource,
	left: Map<number, WantedFrame>,
	options: ExtractOptions,
): AsyncGenerator<Frame, Ending> {
	const parts = sparseParts(plan, wanted);
	if (parts) yield* decodeSparse(parts, source, left, options);
	const rest = wanted.filter(({ index }) => left.has(index));
	return rest.length === 0 ? { lastError: '' } : yield* decodeWhole(plan, rest, source, left, options);
}

/** Decodes parts without the pictures that aren't needed, up to the first part with a frame that can't be proven. */
const decodeSparse = async function* (
	parts: Part[],
	source: ByteSource,
	left: Map<number, WantedFrame>,
	options: ExtractOptions,
): AsyncGenerator<Frame, void> {
	const ended = new AbortController();
	const signal = AbortSignal.any([options.signal, ended.signal]);
	const reading = (part: Part | undefined) => {
		const read = part && withoutDisposable(part, source, signal);
		// Awaited later, and not at all if an earlier part has failed.
		read?.catch(() => {});
		return read;
	};
	try {
		let next = reading(parts[0]);
		for (let n = 0; next; n++) {
			const { plan, wanted, source: held } = await next;
			next = reading(parts[n + 1]);
			yield* decodeWhole(plan, wanted, held, left, options);
			if (wanted.some(({ index }) => left.has(index))) return;
		}
	} finally {
		ended.abort();
	}
};

/** Decodes all pictures of a plan: as planes as long as their format allows it, which is half the work, else as RGB. */
const decodeWhole = async function* (
	plan: DecodePlan,
	wanted: WantedFrame[],
	source: ByteSource,
	left: Map<number, WantedFrame>,
	options: ExtractOptions,
): AsyncGenerator<Frame, Ending> {
	const { signal } = options;
	if (plan.isPlanar && plan.size && (await ffmpegProgram(options.ffmpegPath)).convertsAlike) {
		const run = await fromPlan(plan, wanted, source, signal);
		run.selection.planar = true;
		const ending = yield* runDecoder(run, left, options);
		if (!ending.notPlanar) return ending;
	}
	const rest = wanted.filter(({ index }) => left.has(index));
	return yield* runDecoder(await fromPlan(plan, rest, source, signal), left, options);
};
