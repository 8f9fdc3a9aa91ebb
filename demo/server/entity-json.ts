import { blobOf, type Context, datasetOf, projectOf, teamId, workspaceId } from './context.ts';
import type { DatasetRecord, ImageRecord, ProjectRecord, TagRecord, VideoRecord } from './records.ts';
import type { Store } from './store.ts';

const userId = 1;

/** A project as `projects.info` shows it. `size` is a number of bytes, as text. */
export function projectJson({ store }: Context, project: ProjectRecord): Record<string, unknown> {
	const datasets = [...store.datasetsOf.ids(project.id)];
	const items = datasets.reduce((sum, id) => sum + itemsCount(store, id), 0);
	return {
		id: project.id,
		name: project.name,
		description: project.description,
		readme: project.readme,
		size: String(datasets.reduce((sum, id) => sum + datasetBytes(store, id), 0)),
		workspaceId: project.workspaceId,
		teamId: teamId,
		type: project.type,
		imagesCount: project.type === 'images' ? items : null,
		itemsCount: items,
		datasetsCount: datasets.length,
		customData: project.customData,
		settings: project.settings,
		importSettings: {},
		backupArchive: {},
		referenceImageUrl: null,
		version: null,
		createdBy: userId,
		createdAt: project.createdAt,
		updatedAt: project.updatedAt,
		embeddingsEnabled: false,
		embeddingsInProgress: false,
		embeddingsUpdatedAt: null,
		localEntitiesCount: items,
		remoteEntitiesCount: 0,
	};
}

/** A dataset as `datasets.info` shows it. Counts are of the dataset itself, without its children. */
export function datasetJson({ store }: Context, dataset: DatasetRecord): Record<string, unknown> {
	const items = itemsCount(store, dataset.id);
	return {
		id: dataset.id,
		name: dataset.name,
		description: dataset.description,
		size: String(datasetBytes(store, dataset.id)),
		projectId: dataset.projectId,
		parentId: dataset.parentId,
		imagesCount: items,
		itemsCount: items,
		customData: dataset.customData,
		teamId: teamId,
		workspaceId: projectOf(store, dataset.projectId).workspaceId,
		referenceImageUrl: null,
		createdBy: userId,
		createdAt: dataset.createdAt,
		updatedAt: dataset.updatedAt,
	};
}

/** An image as `images.info` shows it. */
export function imageJson(context: Context, image: ImageRecord): Record<string, unknown> {
	const { store } = context;
	const blob = blobOf(store, image.hash);
	const annotation = store.imageAnnotations.get(image.id);
	const { projectId } = datasetOf(store, image.datasetId);
	return {
		id: image.id,
		name: image.name,
		description: image.description,
		hash: image.hash,
		link: null,
		mime: blob.mime,
		size: blob.size,
		width: blob.width,
		height: blob.height,
		labelsCount: annotation?.labels.length ?? 0,
		datasetId: image.datasetId,
		projectId,
		meta: image.meta,
		customData: image.customData,
		tags: entityTags(store, projectId, annotation?.tags ?? []),
		...fileUrl(context, image),
		createdBy: userId,
		createdAt: image.createdAt,
		updatedAt: image.updatedAt,
		parentId: null,
		relatedDataId: null,
		downloadId: null,
		offsetStart: null,
		offsetEnd: null,
		aiSearchMeta: null,
		embeddingsUpdatedAt: null,
	};
}

/** A video as `videos.info` shows it. */
export function videoJson(context: Context, video: VideoRecord): Record<string, unknown> {
	const { store } = context;
	const { projectId } = datasetOf(store, video.datasetId);
	const annotation = store.videoAnnotations.get(video.id);
	return {
		id: video.id,
		name: video.name,
		description: video.description,
		hash: video.hash,
		link: null,
		teamId: teamId,
		workspaceId: workspaceId,
		projectId,
		datasetId: video.datasetId,
		...fileUrl(context, video),
		processingPath: null,
		objectsCount: annotation?.objects.length ?? 0,
		framesCount: video.fileMeta.framesCount ?? null,
		tags: entityTags(store, projectId, annotation?.tags ?? []),
		meta: video.meta,
		customData: video.customData,
		fileMeta: video.fileMeta,
		createdBy: userId,
		createdAt: video.createdAt,
		updatedAt: video.updatedAt,
	};
}

/** Tags with the ids of their metas. */
export function tagsWithIds<T extends TagRecord>(
	store: Store,
	projectId: number,
	tags: T[],
): (T & { tagId: number | null })[] {
	const metas = projectOf(store, projectId).meta.tags;
	return tags.map(tag => ({ ...tag, tagId: metas.find(meta => meta.name === tag.name)?.id ?? null }));
}

/** Tags of images and videos: by id, without the name. */
function entityTags(store: Store, projectId: number, tags: TagRecord[]): unknown[] {
	return tagsWithIds(store, projectId, tags).map(({ name: _, ...tag }) => tag);
}

function fileUrl(
	context: Context,
	entity: { hash: string; name: string },
): { pathOriginal: string; fullStorageUrl: string } {
	const path = `/files/${Buffer.from(entity.hash, 'base64').toString('hex')}/${encodeURIComponent(entity.name)}`;
	return { pathOriginal: path, fullStorageUrl: `${context.address()}${path}` };
}

const itemsCount = (store: Store, datasetId: number): number =>
	store.imagesOf.count(datasetId) + store.videosOf.count(datasetId);

function datasetBytes(store: Store, datasetId: number): number {
	let bytes = 0;
	for (const id of store.imagesOf.ids(datasetId)) bytes += sizeOf(store, store.images.get(id)?.hash);
	for (const id of store.videosOf.ids(datasetId)) bytes += sizeOf(store, store.videos.get(id)?.hash);
	return bytes;
}

const sizeOf = (store: Store, hash: string | undefined): number => store.blobs.get(hash ?? '')?.size ?? 0;
