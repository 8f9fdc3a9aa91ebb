import type { SelectionSource } from '#shared/sampling/select/apply-rule.ts';
import { selectFrames } from '#shared/sampling/select/select-frames.ts';
import { type SettingsInput, settingsSchema } from '#shared/sampling/settings.ts';
import { makeFrameLabels } from '#shared/supervisely/annotation/frame-labels.ts';
import { objectSchema, type VideoTag } from '#shared/supervisely/annotation/video-object.ts';

/** A figure on a frame: of an object, and drawn by whom. */
export type FigureOn = { frame: number; object: number; by?: 'person' | 'tracker' | 'model' };

/** A source of frames at these times, in thousandths of a second. */
export function sourceOf(
	milliseconds: number[],
	{
		keys = [0],
		objects = [],
		figures = [],
		tags = [],
		name = 'clip.mp4',
		scenes = [0],
	}: {
		keys?: number[];
		objects?: object[];
		figures?: FigureOn[];
		tags?: VideoTag[];
		name?: string;
		scenes?: number[];
	} = {},
): SelectionSource {
	const labels = makeFrameLabels();
	for (const { frame, object, by = 'person' } of figures)
		labels.add(frame, [
			{
				objectId: object,
				...(by === 'tracker' ? { trackId: 'track' } : {}),
				...(by === 'model' ? { nnCreated: true } : {}),
			},
		]);
	return {
		times: {
			count: milliseconds.length,
			ticks: frame => milliseconds[frame] as number,
			tick: { num: 1n, den: 1000n },
		},
		isKey: frame => keys.includes(frame),
		name,
		scenes,
		labels: labels.labels(
			tags,
			objects.map(object => objectSchema.parse(object)),
		),
	};
}

/** Frames at a constant rate. */
export function evenTimes(count: number, perFrame: number): number[] {
	return Array.from({ length: count }, (_, n) => n * perFrame);
}

/** Selects with settings as they are given. */
export function select(settings: SettingsInput, source: SelectionSource) {
	return selectFrames(settingsSchema.parse(settings), source);
}
