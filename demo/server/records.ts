import type { Size } from '#shared/size.ts';
import type { ProjectMeta } from './project-meta.ts';

export type JsonObject = Record<string, unknown>;

/** What every stored entity has. Times are ISO 8601 UTC. */
type Entity = { id: number; name: string; createdAt: string; updatedAt: string };

export type ProjectRecord = Entity & {
	type: string;
	description: string;
	readme: string;
	workspaceId: number;
	customData: JsonObject;
	settings: JsonObject;
	meta: ProjectMeta;
	/** Fingerprint of the folder this project was imported from. */
	importedFrom?: string;
};

export type DatasetRecord = Entity & {
	projectId: number;
	parentId: number | null;
	description: string;
	customData: JsonObject;
};

/** An uploaded or imported file. `hash` is the base64 SHA-256 of its bytes; width and height are null for a video. */
export type BlobRecord = {
	hash: string;
	size: number;
	mime: string;
	width: number | null;
	height: number | null;
};

export type ImageRecord = Entity & {
	datasetId: number;
	description: string;
	hash: string;
	meta: JsonObject;
	customData: JsonObject;
};

export type VideoRecord = Entity & {
	datasetId: number;
	description: string;
	hash: string;
	meta: JsonObject;
	customData: JsonObject;
	fileMeta: JsonObject;
};

export type TagRecord = {
	id: number;
	name: string;
	value?: string | number | boolean | null;
	labelerLogin?: string;
	createdAt?: string;
	updatedAt?: string;
};

/** A label on an image. `geometry` holds the shape's own keys, in sub-pixel coordinates. */
export type LabelRecord = {
	id: number;
	classTitle: string;
	geometryType: string;
	geometry: JsonObject;
	description: string;
	tags: TagRecord[];
	nnCreated: boolean;
	nnUpdated: boolean;
	instance?: string;
	createdAt: string;
	updatedAt: string;
};

export type ImageAnnotationRecord = {
	imageId: number;
	description: string;
	size: Size;
	tags: TagRecord[];
	labels: LabelRecord[];
	createdAt: string;
	updatedAt: string;
};

export type VideoTagRecord = TagRecord & {
	frameRange?: [number, number] | null;
	isFinished?: boolean;
	nonFinalValue?: boolean;
};

export type VideoFigureRecord = {
	id: number;
	objectId: number;
	geometryType: string;
	geometry: JsonObject;
	nnCreated: boolean;
	nnUpdated: boolean;
	trackId?: string | number;
	priority?: number;
	smartToolInput?: unknown;
	labelerLogin?: string;
	createdAt?: string;
	updatedAt?: string;
};

export type VideoObjectRecord = {
	id: number;
	classTitle: string;
	tags: VideoTagRecord[];
	labelerLogin?: string;
	createdAt?: string;
	updatedAt?: string;
};

/** A video's annotation, in pixel coordinates. */
export type VideoAnnotationRecord = {
	videoId: number;
	description: string;
	size: Size;
	framesCount: number | null;
	tags: VideoTagRecord[];
	objects: VideoObjectRecord[];
	frames: { index: number; figures: VideoFigureRecord[] }[];
};

/** One change: a record is added or replaces the one with its id (hash, image id, video id), or an image is removed. */
export type Put =
	| ['project', ProjectRecord]
	| ['dataset', DatasetRecord]
	| ['blob', BlobRecord]
	| ['image', ImageRecord]
	| ['removedImage', { id: number }]
	| ['video', VideoRecord]
	| ['imageAnnotation', ImageAnnotationRecord]
	| ['videoAnnotation', VideoAnnotationRecord];
