import { selectFrames } from '#shared/sampling/selection.ts';
import type { Settings } from '#shared/sampling/settings.ts';
import type { FramedAnnotation } from '#shared/supervisely/annotation/video-annotation.ts';
import type { SuperviselyApi, Video } from '#shared/supervisely/remote/api.ts';

/**
 * The selected frames of a video, and its annotation where selection or labels need it. Only figures of frames that may
 * be selected are read.
 * @param frameCount pictures that the decoder outputs
 */
export async function selectVideoFrames(
	supervisely: SuperviselyApi,
	video: Video,
	settings: Settings,
	frameCount: number,
): Promise<{ selection: number[]; annotation: FramedAnnotation | undefined }> {
	const { annotated, annotatedByTags, copyAnnotations } = settings;
	// With `annotated`, the annotation decides which of the candidates are selected.
	const candidates = new Set(
		selectFrames(annotated ? { ...settings, annotated: false, step: 1 } : settings, frameCount, () => true),
	);
	const annotation =
		annotated || copyAnnotations
			? await supervisely.videoAnnotation(video.datasetId, video.id, frame => candidates.has(frame), frameCount)
			: undefined;
	const selection = selectFrames(settings, frameCount, frame => {
		if (!annotation) return false;
		return annotation.hasFigures(frame) || (annotatedByTags && annotation.isTagged(frame));
	});
	return { selection, annotation };
}
