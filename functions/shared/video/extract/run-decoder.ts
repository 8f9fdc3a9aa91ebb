import { NotRandomAccess } from '../index/needs-decoding.ts';
import type { WantedFrame } from './decode-plan.ts';
import type { DecodeRun } from './decode-run.ts';
import { decodePictures } from './ffmpeg.ts';
import type { ShownPicture } from './messages.ts';
import type { VideoPicture } from './picture.ts';

export type Frame = VideoPicture & WantedFrame;
export type ExtractOptions = { ffmpegPath: string; signal: AbortSignal };

/**
 * How a decode run ended. `lastError`: the decoder's last error message, empty for none. `damaged`: that error means
 * that later pictures may be damaged. `contradicted`: pictures came in another order, or with other times, than the
 * headers say, so times don't identify them. `falseKey`: a run begins with a picture that needs earlier ones, so what
 * follows may be damaged. `notPlanar`: a picture can't be output as planes.
 */
export type Ending = {
	lastError: string;
	damaged?: boolean;
	contradicted?: boolean;
	falseKey?: boolean;
	notPlanar?: boolean;
};

/**
 * Yields the frames of a decode run and removes them from `left`.
 * @param damagedFrames collects the damaged frames with their errors; without it, decoding stops at the first one
 */
export async function* runDecoder(
	run: DecodeRun,
	left: Map<number, WantedFrame>,
	options: ExtractOptions,
	damagedFrames?: Map<WantedFrame, string>,
): AsyncGenerator<Frame, Ending> {
	const pictures = decodePictures({ ...options, input: run.input, ...run.selection });
	const order = orderOf(run);
	let waiting = left.size;
	let passed = 0;
	try {
		for (;;) {
			const { value, done } = await pictures.next();
			// If an error comes before the first picture of a run is known to be a key, that picture may not be one.
			if (done) return value.damaged && !order.hasKey() ? { lastError: value.lastError, falseKey: true } : value;
			const { shown, picture } = value;
			if (shown.decoderError !== undefined && !damagedFrames)
				return { lastError: shown.decoderError, [order.hasKey() ? 'damaged' : 'falseKey']: true };
			const frame = picture && run.frameOf(shown.pts, passed++);
			const orderError = order.orderErrorOf(shown, picture !== undefined, frame);
			if (orderError) return { lastError: '', [orderError]: true };
			if (!picture || !frame || !left.has(frame.index) || damagedFrames?.has(frame)) continue;
			waiting--;
			if (shown.decoderError !== undefined) damagedFrames?.set(frame, shown.decoderError);
			else {
				left.delete(frame.index);
				yield { ...frame, ...picture };
			}
			if (waiting === 0) return { lastError: '' };
		}
	} catch (error) {
		if (error instanceof NotRandomAccess) return { lastError: '', falseKey: true };
		throw error;
	} finally {
		await pictures.return({ lastError: '', damaged: false });
		run.close();
	}
}

/**
 * Checks each picture against the run: in display order, with a number above the one before, and after a key picture
 * at the beginning of its run.
 */
const orderOf = ({ displayOrder, runStarts, numbered }: DecodeRun) => {
	const starts = new Map(runStarts?.map(start => [start.pts, start]));
	const allowed = new Set<number>();
	let hasKey = runStarts === undefined;
	let position = 0;
	let last = Number.NEGATIVE_INFINITY;
	return {
		/** False while the decoder has not yet flagged a key that it must flag. */
		hasKey: () => hasKey,
		orderErrorOf: (
			{ pts, isKey }: ShownPicture,
			hasLeft: boolean,
			frame: WantedFrame | undefined,
		): 'contradicted' | 'falseKey' | undefined => {
			const start = starts.get(pts);
			if (start && !isKey) return 'falseKey';
			hasKey ||= start !== undefined;
			for (const index of start?.frames ?? []) allowed.add(index);
			if (numbered && pts <= last) return 'contradicted';
			last = pts;
			if (!hasLeft) return undefined;
			if (displayOrder && frame !== displayOrder[position++]) return 'contradicted';
			return frame && runStarts && !allowed.has(frame.index) ? 'falseKey' : undefined;
		},
	};
};
