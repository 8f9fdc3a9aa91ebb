import { datasetOf, projectOf } from './context.ts';
import { toSubPixel } from './coordinates.ts';
import { tagsWithIds } from './entity-json.ts';
import type { VideoRecord } from './records.ts';
import type { Store } from './store.ts';

/**
 * A video's annotation as `videos.annotations.bulk.info` shows it, with this server's class and tag ids.
 * @param integerCoords true for pixel coordinates, false for sub-pixel ones.
 */
export function videoAnnotationJson(store: Store, video: VideoRecord, integerCoords: boolean): Record<string, unknown> {
	const annotation = store.videoAnnotations.get(video.id);
	if (!annotation) throw new Error(`Video ${video.id} has no annotation record`);
	const project = projectOf(store, datasetOf(store, video.datasetId).projectId);
	const classIds = new Map(project.meta.classes.map(each => [each.title, each.id]));
	const classOfObject = new Map(annotation.objects.map(each => [each.id, classIds.get(each.classTitle) ?? null]));
	return {
		videoId: video.id,
		videoName: video.name,
		datasetId: video.datasetId,
		createdAt: video.createdAt,
		updatedAt: video.updatedAt,
		description: annotation.description,
		size: annotation.size,
		framesCount: annotation.framesCount,
		tags: tagsWithIds(store, project.id, annotation.tags),
		objects: annotation.objects.map(object => ({
			...object,
			classId: classOfObject.get(object.id) ?? null,
			tags: tagsWithIds(store, project.id, object.tags),
		})),
		frames: annotation.frames.map(({ index, figures }) => ({
			index,
			figures: figures.map(figure => ({
				...figure,
				classId: classOfObject.get(figure.objectId) ?? null,
				meta: { frame: index },
				geometry: integerCoords ? figure.geometry : toSubPixel(figure.geometryType, figure.geometry),
			})),
		})),
	};
}
