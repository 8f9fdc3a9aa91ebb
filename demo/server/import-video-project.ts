import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
	parseVideoAnnotation,
	type VideoAnnotationInFile,
	type VideoTagInFile,
} from '../project-format/video-annotation-file.ts';
import {
	type DatasetInFolder,
	openVideoProject,
	readJsonFile,
	type VideoInFolder,
	type VideoProjectFolder,
} from '../project-format/video-project-folder.ts';
import { type Context, now, workspaceId } from './context.ts';
import { parse } from './endpoint.ts';
import { defaultSettings } from './endpoints/projects.ts';
import { type ProjectMeta, projectMetaSchema, replaceMeta } from './project-meta.ts';
import type { VideoAnnotationRecord, VideoTagRecord } from './records.ts';
import { readVideoFile } from './video-file.ts';

/**
 * Imports a folder in Supervisely's video project format as a new project, or finds the project of an earlier import of
 * the same content: same name, same files with the same sizes and times, same labels. Video files are linked where the
 * file system supports that, else copied.
 * @throws Error that names the file that cannot be imported; then there is no new project.
 */
export async function importVideoProject(
	context: Context,
	folder: string,
	options: { name?: string } = {},
): Promise<{ id: number; name: string; alreadyThere: boolean }> {
	const { store } = context;
	const source = await openVideoProject(folder);
	const name = options.name ?? source.name;
	const importedFrom = await fingerprint(source, name);
	for (const project of store.projects.values()) {
		if (project.importedFrom === importedFrom) return { id: project.id, name: project.name, alreadyThere: true };
	}
	const id = store.newId();
	const meta = await readMeta(context, source.metaFile);
	for (const dataset of source.datasets) await importDataset(context, id, meta, dataset, null);
	const at = now();
	// Written last, the project makes its datasets visible all at once.
	const free = freeName(context, name);
	const project = {
		id,
		name: free,
		type: 'videos',
		description: '',
		readme: '',
		workspaceId: workspaceId,
		customData: {},
	};
	store.commit([
		['project', { ...project, settings: defaultSettings, meta, importedFrom, createdAt: at, updatedAt: at }],
	]);
	return { id, name: free, alreadyThere: false };
}

async function readMeta({ store }: Context, file: string): Promise<ProjectMeta> {
	const json = await readJsonFile(file);
	try {
		return replaceMeta({ classes: [], tags: [] }, parse(projectMetaSchema, json), () => store.newId());
	} catch (error) {
		throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
	}
}

async function importDataset(
	context: Context,
	projectId: number,
	meta: ProjectMeta,
	dataset: DatasetInFolder,
	parentId: number | null,
): Promise<void> {
	const { store } = context;
	const id = store.newId();
	const at = now();
	const { name } = dataset;
	store.commit([
		['dataset', { id, name, projectId, parentId, description: '', customData: {}, createdAt: at, updatedAt: at }],
	]);
	for (const video of dataset.videos) await importVideo(context, id, meta, video);
	for (const child of dataset.children) await importDataset(context, projectId, meta, child, id);
}

async function importVideo(
	context: Context,
	datasetId: number,
	meta: ProjectMeta,
	video: VideoInFolder,
): Promise<void> {
	const { store } = context;
	const annotation = video.annotationFile ? await readAnnotation(video.annotationFile, meta) : null;
	const { blob, fileMeta } = await readVideoFile(context.blobs, video, annotation);
	const id = store.newId();
	const at = now();
	store.commit([
		['blob', blob],
		[
			'video',
			{
				id,
				name: video.name,
				datasetId,
				description: annotation?.description ?? '',
				hash: blob.hash,
				meta: { videoStreamIndex: fileMeta.index },
				customData: {},
				fileMeta,
				createdAt: at,
				updatedAt: at,
			},
		],
		['videoAnnotation', annotationRecord(context, id, annotation, fileMeta)],
	]);
}

async function readAnnotation(file: string, meta: ProjectMeta): Promise<VideoAnnotationInFile> {
	const json = await readJsonFile(file);
	try {
		return parseVideoAnnotation(json, meta);
	} catch (error) {
		throw new Error(`${file}: ${(error as Error).message}`, { cause: error });
	}
}

function annotationRecord(
	{ store }: Context,
	videoId: number,
	annotation: VideoAnnotationInFile | null,
	fileMeta: { width: number | null; height: number | null; framesCount: number | null },
): VideoAnnotationRecord {
	const objectIds = annotation?.objects.map(() => store.newId()) ?? [];
	const tags = (found: VideoTagInFile[]) =>
		found.map(tag => ({ ...given(tag), id: store.newId(), name: tag.name }) as VideoTagRecord);
	return {
		videoId,
		description: annotation?.description ?? '',
		size: annotation?.size ?? { width: fileMeta.width ?? 0, height: fileMeta.height ?? 0 },
		framesCount: annotation?.framesCount ?? fileMeta.framesCount,
		tags: tags(annotation?.tags ?? []),
		objects: (annotation?.objects ?? []).map(({ key: _, ...object }, i) => ({
			...given(object),
			classTitle: object.classTitle,
			id: objectIds[i] ?? 0,
			tags: tags(object.tags),
		})),
		frames: (annotation?.frames ?? []).map(({ index, figures }) => ({
			index,
			figures: figures.map(({ object, ...figure }) => ({
				...given(figure),
				geometryType: figure.geometryType,
				geometry: figure.geometry,
				id: store.newId(),
				objectId: objectIds[object] ?? 0,
				nnCreated: figure.nnCreated ?? false,
				nnUpdated: figure.nnUpdated ?? false,
			})),
		})),
	};
}

type Given<T> = { [K in keyof T]: Exclude<T[K], null | undefined> };

/** An object without the fields that are null or undefined. */
const given = <T extends object>(object: T): Partial<Given<T>> =>
	Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null && value !== undefined)) as Partial<
		Given<T>
	>;

function freeName({ store }: Context, name: string): string {
	const taken = new Set(
		[...store.projects.values()].filter(each => each.workspaceId === workspaceId).map(each => each.name),
	);
	for (let i = 0, candidate = name; ; candidate = `${name}_${String(++i).padStart(3, '0')}`) {
		if (!taken.has(candidate)) return candidate;
	}
}

async function fingerprint(source: VideoProjectFolder, name: string): Promise<string> {
	const sha256 = createHash('sha256');
	const add = (part: unknown) => sha256.update(`${JSON.stringify(part)}\n`);
	const walk = async (datasets: DatasetInFolder[]): Promise<void> => {
		for (const dataset of datasets) {
			add(['dataset', dataset.name]);
			for (const video of dataset.videos) {
				add(['video', video.name, video.size, video.modified]);
				if (video.annotationFile) sha256.update(await readFile(video.annotationFile));
			}
			await walk(dataset.children);
			add(['end']);
		}
	};
	add(name);
	sha256.update(await readFile(source.metaFile));
	await walk(source.datasets);
	return sha256.digest('hex');
}
