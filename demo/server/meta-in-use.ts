import { badRequest } from './api-error.ts';
import type { ProjectMeta } from './project-meta.ts';
import type { ProjectRecord } from './records.ts';
import type { Store } from './store.ts';

/** Refuses (ApiError 400) a meta without a class or tag that some label of the project still has. */
export function refuseLosingUsed(store: Store, project: ProjectRecord, meta: ProjectMeta): void {
	const classes = lost(
		project.meta.classes.map(each => each.title),
		meta.classes.map(each => each.title),
	);
	const tags = lost(
		project.meta.tags.map(each => each.name),
		meta.tags.map(each => each.name),
	);
	if (classes.size === 0 && tags.size === 0) return;
	for (const datasetId of store.datasetsOf.ids(project.id)) {
		for (const imageId of store.imagesOf.ids(datasetId)) {
			const annotation = store.imageAnnotations.get(imageId);
			refuse(annotation?.labels ?? [], annotation?.tags ?? [], classes, tags);
		}
		for (const videoId of store.videosOf.ids(datasetId)) {
			const annotation = store.videoAnnotations.get(videoId);
			refuse(annotation?.objects ?? [], annotation?.tags ?? [], classes, tags);
		}
	}
}

const lost = (before: string[], after: string[]): Set<string> => new Set(before.filter(each => !after.includes(each)));

type Named = { name: string };

function refuse(
	labels: { classTitle: string; tags: Named[] }[],
	tags: Named[],
	lostClasses: Set<string>,
	lostTags: Set<string>,
): void {
	for (const { classTitle } of labels) {
		if (lostClasses.has(classTitle))
			throw badRequest(`The class ${JSON.stringify(classTitle)} has labels and cannot be removed`);
	}
	for (const { name } of [...tags, ...labels.flatMap(each => each.tags)]) {
		if (lostTags.has(name)) throw badRequest(`The tag ${JSON.stringify(name)} is in use and cannot be removed`);
	}
}
