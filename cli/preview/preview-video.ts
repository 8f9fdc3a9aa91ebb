import { at } from '#shared/at.ts';
import { PermanentError } from '#shared/errors.ts';
import { type DropReason, dropReasons, type FrameQuality } from '#shared/sampling/frame-quality.ts';
import { type FrameTimes, frameTimes, secondsOf } from '#shared/sampling/select/frame-times.ts';
import type { Selection } from '#shared/sampling/select/select-frames.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import type { FramedAnnotation } from '#shared/supervisely/annotation/video-annotation.ts';
import type { SuperviselyApi, Video } from '#shared/supervisely/remote/api.ts';
import { whereIs } from '#shared/supervisely/remote/open-video.ts';
import { recyclePixels } from '#shared/video/extract/picture.ts';
import type { ExtractOptions, Frame } from '#shared/video/extract/run-decoder.ts';
import { indexVideo } from '#shared/video/index/index-video.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';
import { pictureConcurrency } from '#shared/video/picture/encode.ts';
import { type ReadFault, readFrames } from '#shared/video/read-frames.ts';
import { findScenes } from '#shared/video/scenes.ts';
import type { ByteSource } from '#shared/video/source/byte-source.ts';
import { openInParts } from '#shared/video/source/open-in-parts.ts';
import { type FrameScores, keptFrames } from '../../functions/decode/kept-frames.ts';
import { makeQualityFilter } from '../../functions/decode/quality-filter.ts';
import { windowsOf } from '../../functions/fan-out/chunk-quality.ts';
import { selectVideoFrames } from '../../functions/fan-out/select-video-frames.ts';

const framesPerChunk = 500;

/** A video with the frames that a sampling would take of it. */
export type PreviewedVideo = {
	video: Video;
	source: ByteSource;
	index: VideoIndex;
	times: FrameTimes;
	annotation: FramedAnnotation | undefined;
	/** The frames that are taken, as far as known, with the first rule that takes each, and the frames of each rule. */
	chosen: Pick<Selection, 'frames' | 'rules' | 'byRule'>;
	/** The first frames of the scenes of the range; empty where no rule looks for them. */
	scenes: number[];
	/** With quality rules: scores of the frames that they were tried on, dropped frames, and frames not tried. */
	quality?: { scores: Map<number, FrameScores>; dropped: Map<number, DropReason>; untried: number[] };
	notes: string[];
	/** What failed, in words. */
	faults: string[];
};

/**
 * Indexes a video of the server and selects its frames, as a sampling does.
 * @param onClose called with what to close in the end
 * @throws PermanentError for a video that can't be read
 */
export async function selectOf(
	supervisely: SuperviselyApi,
	id: number,
	settings: Settings,
	{ decoding, onClose }: { decoding: ExtractOptions; onClose: (close: () => unknown) => void },
): Promise<PreviewedVideo> {
	const video = await supervisely.video(id);
	if (!video) throw new PermanentError('not-found', `Video ${id} no longer exists`);
	const source = await openInParts(whereIs(supervisely, video), decoding.signal);
	onClose(source.close);
	const index = await indexVideo(source, decoding);
	// The timeline shows all annotated frames, not only the selected ones.
	const whole = {
		videoAnnotation: (dataset: number, of: number, _: unknown, pictures?: number) =>
			supervisely.videoAnnotation(dataset, of, () => true, pictures),
	};
	let scenes: number[] = [];
	const { selection, annotation } = await selectVideoFrames(whole, video, settings, index, async range => {
		scenes = await findScenes(source, index, range, decoding);
		return scenes;
	});
	const count = index.shown.length;
	const beyond = settings.start >= count ? [`start is ${settings.start}, the video ends after ${count} frames`] : [];
	return {
		...{ video, source, index, annotation },
		times: frameTimes(index),
		chosen: selection,
		scenes,
		notes: [...index.notes, ...beyond, ...selection.notes],
		faults: index.damage === undefined ? [] : [index.damage],
	};
}

/**
 * Tries the quality rules on the selected frames of a video, exactly as the chunks of a sampling do.
 * @param minutes of the video to try them on, from its first selected frame; the other frames are left out
 */
export async function tryQuality(
	previewed: PreviewedVideo,
	rules: FrameQuality,
	minutes: number,
	decoding: ExtractOptions,
): Promise<PreviewedVideo> {
	const { index, times, chosen, annotation } = previewed;
	const windowOf = windowsOf(index, rules);
	const frames = framesWithin(chosen.frames, minutes * 60, times, windowOf);
	const untried = chosen.frames.slice(frames.length);
	const kept = new Set<number>();
	const scores = new Map<number, FrameScores>();
	const dropped = new Map<number, DropReason>();
	const labels = rules.evenLabelled ? undefined : annotation?.labels;
	const deciding = keptFrames(
		(wanted: { index: number }[]) =>
			readPictures(
				previewed,
				wanted.map(frame => frame.index),
				decoding,
			),
		frames.map(frame => ({ index: frame })),
		{
			labelled: labels ? frames.filter(labels.hasFigures) : [],
			windows: rules.sharpestOf === undefined ? [] : frames.map(windowOf),
		},
		makeQualityFilter(rules),
		{
			concurrency: pictureConcurrency,
			onVerdict: ({ index: frame, verdict }, found) => {
				scores.set(frame, found);
				if (verdict === 'kept') kept.add(frame);
				else dropped.set(frame, verdict);
			},
		},
	);
	let lost: ReadFault[];
	for (;;) {
		const { value, done } = await deciding.next();
		if (done) {
			lost = value;
			break;
		}
		recyclePixels(value.bytes);
	}
	const counts = dropReasons.flatMap(reason => {
		const count = [...dropped.values()].filter(each => each === reason).length;
		return count > 0 ? [`${count} ${reason}`] : [];
	});
	const left = `frameQuality was tried on the first ${minutes} minutes: ${untried.length} of ${chosen.frames.length} selected frames are left out; --minutes tries more`;
	const rulesOfKept = chosen.rules.filter((_, n) => kept.has(at(chosen.frames, n)));
	return {
		...previewed,
		chosen: {
			frames: chosen.frames.filter(frame => kept.has(frame)),
			rules: rulesOfKept,
			byRule: chosen.byRule
				.map(({ rule, frames }) => ({ rule, frames: frames.filter(frame => kept.has(frame)) }))
				.filter(({ frames }) => frames.length > 0),
		},
		quality: { scores, dropped, untried },
		notes: [
			...previewed.notes,
			...(counts.length > 0 ? [`low quality: ${counts.join(', ')}`] : []),
			...(untried.length > 0 ? [left] : []),
		],
		faults: [...previewed.faults, ...faultsOf(lost)],
	};
}

/** Decodes some frames of a video. @returns after the last one, the faults */
export function readPictures(
	{ source, index }: PreviewedVideo,
	frames: number[],
	decoding: ExtractOptions,
): AsyncGenerator<Frame, ReadFault[]> {
	return readFrames(source, index, frames, { ...decoding, framesPerChunk });
}

/** Faults of frames in words: the first one, and how many there are. */
export function faultsOf(faults: ReadFault[]): string[] {
	const [first] = faults;
	if (!first) return [];
	const more = faults.length > 1 ? `, and ${faults.length - 1} more frames` : '';
	return [`frame ${first.index} can't be decoded: ${first.message}${more}`];
}

/**
 * The frames less than `seconds` after the first one. A window with later frames is left out: its sharpest frame is not
 * known.
 */
export function framesWithin(
	frames: number[],
	seconds: number,
	times: FrameTimes,
	windowOf: (frame: number) => number,
): number[] {
	const [first] = frames;
	if (first === undefined) return [];
	const end = secondsOf(times, first) + seconds;
	const beyond = frames.findIndex(frame => secondsOf(times, frame) >= end);
	if (beyond < 0) return frames;
	const cut = windowOf(at(frames, beyond));
	return frames.slice(0, beyond).filter(frame => windowOf(frame) !== cut);
}
