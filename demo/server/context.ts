import { notFound } from './api-error.ts';
import type { BlobFolder } from './blobs.ts';
import type { BlobRecord, DatasetRecord, ImageRecord, ProjectRecord, VideoRecord } from './records.ts';
import type { Store } from './store.ts';

/** What endpoints work with. `address` is the root URL of the server. */
export type Context = { store: Store; blobs: BlobFolder; address: () => string };

/** The only team and workspace. There are no endpoints for them: clients only pass on the workspace's id. */
export const teamId = 1;
export const workspaceId = 1;

/** The project with that id. @throws ApiError 404 */
export function projectOf(store: Store, id: number): ProjectRecord {
	return found(store.projects.get(id), 'Project', id);
}

/** The dataset with that id. @throws ApiError 404 */
export function datasetOf(store: Store, id: number): DatasetRecord {
	const dataset = found(store.datasets.get(id), 'Dataset', id);
	// An import writes the project last: before that its parts do not exist for anyone.
	if (!store.projects.has(dataset.projectId)) throw notFound('Dataset', id);
	return dataset;
}

/** The image with that id. @throws ApiError 404 */
export function imageOf(store: Store, id: number): ImageRecord {
	return found(store.images.get(id), 'Image', id);
}

/** The video with that id. @throws ApiError 404 */
export function videoOf(store: Store, id: number): VideoRecord {
	const video = found(store.videos.get(id), 'Video', id);
	datasetOf(store, video.datasetId);
	return video;
}

/** The file of an image or a video. @throws Error for an unknown hash, which no stored image or video has */
export function blobOf(store: Store, hash: string): BlobRecord {
	const blob = store.blobs.get(hash);
	if (!blob) throw new Error(`No file with hash ${hash}`);
	return blob;
}

/** The datasets below a dataset at any depth, itself first. */
export function datasetWithDescendants(store: Store, root: DatasetRecord): DatasetRecord[] {
	const wanted = new Set([root.id]);
	const result = [root];
	// Parents are older than their children, and ids ascend.
	for (const id of store.datasetsOf.ids(root.projectId)) {
		const dataset = store.datasets.get(id);
		if (dataset?.parentId && wanted.has(dataset.parentId)) {
			wanted.add(id);
			result.push(dataset);
		}
	}
	return result;
}

/** The time, as the server writes it. */
export function now(): string {
	return new Date().toISOString();
}

function found<T>(entity: T | undefined, kind: string, id: number): T {
	if (entity === undefined) throw notFound(kind, id);
	return entity;
}
