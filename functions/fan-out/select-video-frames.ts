import { needsLabels, rangeOf, type Selection, selectFrames } from '#shared/sampling/select/select-frames.ts';
import { selectionSource } from '#shared/sampling/select/selection-source.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import type { FramedAnnotation } from '#shared/supervisely/annotation/video-annotation.ts';
import type { SuperviselyApi, Video } from '#shared/supervisely/remote/api.ts';
import type { VideoIndex } from '#shared/video/index/video-index.ts';

/**
 * The selected frames of a video, and its annotation where selection or labels need it. Only figures of frames that may
 * be selected are read.
 * @param findScenes the first frames of the scenes in a range; called where a rule needs them
 */
export async function selectVideoFrames(
	supervisely: Pick<SuperviselyApi, 'videoAnnotation'>,
	video: Video,
	settings: Settings,
	index: Pick<VideoIndex, 'pts' | 'shown' | 'key' | 'timeBase'>,
	findScenes: (range: { start: number; end: number }) => Promise<number[]>,
): Promise<{ selection: Selection; annotation: FramedAnnotation | undefined }> {
	const count = index.shown.length;
	const range = rangeOf(settings, count);
	const scenes = settings.select?.some(rule => 'scenes' in rule) ? await findScenes(range) : [];
	const source = { ...selectionSource(index, video.name), scenes };
	const read = (isWanted: (frame: number) => boolean) =>
		supervisely.videoAnnotation(video.datasetId, video.id, isWanted, count);
	if (needsLabels(settings)) {
		const annotation = await read(frame => frame >= range.start && frame < range.end);
		return { selection: selectFrames(settings, { ...source, labels: annotation.labels }), annotation };
	}
	const selection = selectFrames(settings, source);
	const selected = new Set(selection.frames);
	return { selection, annotation: settings.copyAnnotations ? await read(frame => selected.has(frame)) : undefined };
}
