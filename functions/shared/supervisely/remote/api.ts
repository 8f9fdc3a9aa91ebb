import * as z from 'zod';
import { FramefanError, PermanentError } from '../../errors.ts';
import { readFrameLabels } from '../annotation/read-frame-labels.ts';
import { readVideoAnnotation } from '../annotation/video-annotation.ts';
import { CallRefused, type SuperviselyHttp } from './http-client.ts';
import type { FormPart } from './multipart.ts';

const id = z.int().min(1);
const customData = z.record(z.string(), z.unknown()).nullish();

const projectSchema = z.looseObject({ id, name: z.string(), workspaceId: id, type: z.string(), customData });
export type Project = z.output<typeof projectSchema>;

const datasetSchema = z.looseObject({
	id,
	name: z.string(),
	projectId: id,
	parentId: id.nullish(),
	description: z.string().nullish(),
	customData,
});
export type Dataset = z.output<typeof datasetSchema>;

const videoSchema = z.looseObject({
	id,
	name: z.string(),
	projectId: id,
	datasetId: id,
	fullStorageUrl: z.string().nullish(),
	hash: z.string().nullish(),
	fileMeta: z
		.looseObject({
			framesCount: z.int().nullish(),
			size: z.unknown(),
			width: z.int().min(1).nullish().catch(null),
			height: z.int().min(1).nullish().catch(null),
		})
		.nullish(),
});
export type Video = z.output<typeof videoSchema>;

const imageSchema = z.looseObject({
	id,
	name: z.string(),
	width: z.int().min(1).nullish().catch(null),
	height: z.int().min(1).nullish().catch(null),
	meta: z.record(z.string(), z.unknown()).nullish().catch(null),
	description: z.string().nullish().catch(null),
	labelsCount: z.int().nullish().catch(null),
	tags: z.array(z.unknown()).nullish().catch(null),
});
export type Image = z.output<typeof imageSchema>;

const storedTagSchema = z.looseObject({ name: z.string(), value: z.unknown().optional() });
const storedLabelSchema = z.looseObject({
	id,
	classTitle: z.string(),
	geometryType: z.string(),
	tags: z.array(storedTagSchema).default([]),
});
const storedAnnotationSchema = z.looseObject({
	imageId: id,
	annotation: z.looseObject({
		size: z.object({ width: z.int(), height: z.int() }),
		tags: z.array(storedTagSchema),
		objects: z.array(storedLabelSchema),
	}),
});
/** Annotation of an image on the server, in sub-pixel coordinates; alpha mask labels don't include the mask itself. */
export type StoredAnnotation = z.output<typeof storedAnnotationSchema>['annotation'];
export type StoredLabel = StoredAnnotation['objects'][number];

const maskTextSchema = z.preprocess(
	text => {
		try {
			return JSON.parse(text as string);
		} catch {
			return undefined;
		}
	},
	z.object({ origin: z.tuple([z.number(), z.number()]), data: z.string() }),
);
export type StoredMask = z.output<typeof maskTextSchema>;

const pageSchema = z.looseObject({
	total: z.int(),
	perPage: z.int().min(1),
	pagesCount: z.int(),
	entities: z.array(z.unknown()),
});

/** One page of a listing. `pages`: the number of all pages, at least 1. */
export type Page<Entity> = { entities: Entity[]; perPage: number; pages: number };

export type NewImage = { name: string; hash: string; meta: Record<string, unknown> };

/** A label of an image; `classId` is the id of its class in the image's project. */
export type NewFigure = { entityId: number; classId: number; geometry?: unknown };

/** Validates an answer; errors name the endpoint and the wrong field. */
const parse = <Schema extends z.ZodType>(schema: Schema, value: unknown, endpoint: string): z.output<Schema> => {
	const result = schema.safeParse(value);
	if (result.success) return result.data;
	throw new PermanentError('unreadable', `${endpoint} gave an unexpected answer: ${z.prettifyError(result.error)}`);
};

const orUndefined = async <Result>(work: Promise<Result>): Promise<Result | undefined> => {
	try {
		return await work;
	} catch (error) {
		if (error instanceof CallRefused && error.status === 404) return undefined;
		throw error;
	}
};

/** The endpoints used by sampling, typed. Lookups of one entity return undefined when it doesn't exist. */
export type SuperviselyApi = ReturnType<typeof makeSuperviselyApi>;

export function makeSuperviselyApi(http: SuperviselyHttp) {
	const call = async <Schema extends z.ZodType>(endpoint: string, body: unknown, schema: Schema) =>
		parse(schema, await http.call(endpoint, body), endpoint);

	const listPage = async <Schema extends z.ZodType>(
		endpoint: string,
		body: Record<string, unknown>,
		schema: Schema,
		page: { number: number; perPage: number },
	): Promise<Page<z.output<Schema>>> => {
		// The first page is requested without a size, as in the SDK, so that the server chooses it.
		const paging = page.number === 1 ? {} : { page: page.number, per_page: page.perPage };
		const answer = await call(endpoint, { ...body, ...paging, sort: 'id', sort_order: 'asc' }, pageSchema);
		const entities = answer.entities.map(entity => parse(schema, entity, endpoint));
		return { entities, perPage: answer.perPage, pages: Math.max(1, answer.pagesCount) };
	};

	const datasetsBody = (project: number, parent: number | null) => ({
		projectId: project,
		filter: parent === null ? [] : [{ field: 'parentId', operator: '=', value: parent }],
		recursive: parent !== null,
	});

	return {
		server: http.server,
		fileHeaders: http.authorization,
		project: (project: number) => orUndefined(call('projects.info', { id: project }, projectSchema)),
		projectsNamed: async (workspace: number, name: string) => {
			const filter = [{ field: 'name', operator: '=', value: name }];
			const body = { workspaceId: workspace, filter };
			return (await listPage('projects.list', body, z.looseObject({ id, name: z.string() }), firstPage)).entities;
		},
		addProject: (project: { name: string; workspaceId: number; description: string; customData: unknown }) =>
			call('projects.add', { ...project, type: 'images' }, projectSchema),
		setProjectData: (project: number, data: Record<string, unknown>) =>
			http.call('projects.editInfo', { id: project, customData: data, silent: false }),
		projectMeta: (project: number) => http.call('projects.meta', { id: project }),
		setProjectMeta: (project: number, meta: unknown) => http.call('projects.meta.update', { id: project, meta }),
		dataset: (dataset: number) => orUndefined(call('datasets.info', { id: dataset }, datasetSchema)),
		/** Datasets directly below another, or at the project's top level. */
		datasets: (project: number, parent: number | null, page: { number: number; perPage: number }) =>
			listPage('datasets.list', datasetsBody(project, parent), datasetSchema, page),
		/** Datasets of one level with this name; several if names differ in case only. */
		datasetsNamed: async (project: number, parent: number | null, name: string) => {
			const { filter, ...body } = datasetsBody(project, parent);
			const named = { ...body, filter: [...filter, { field: 'name', operator: '=', value: name }] };
			return (await listPage('datasets.list', named, datasetSchema, firstPage)).entities;
		},
		addDataset: (dataset: { projectId: number; parentId: number | null; name: string; description: string }) =>
			call('datasets.add', dataset, datasetSchema),
		setDatasetData: (dataset: number, data: Record<string, unknown>) =>
			http.call('datasets.editInfo', { id: dataset, customData: data }),
		videos: (dataset: number, page: { number: number; perPage: number }) => {
			const body = { datasetId: dataset, filter: [], rawVideoMeta: false, forceMetadataForLinks: false };
			return listPage('videos.list', body, z.looseObject({ id }), page);
		},
		video: (video: number) => orUndefined(call('videos.info', { id: video, forceMetadataForLinks: true }, videoSchema)),
		/**
		 * @param isWanted whether to keep a frame
		 * @param pictures number of pictures of the video, to find figures after the last one
		 */
		videoAnnotation: (dataset: number, video: number, isWanted: (index: number) => boolean, pictures?: number) => {
			const body = { datasetId: dataset, videoIds: [video] };
			return http.read('videos.annotations.bulk.info', body, answer => readVideoAnnotation(answer, isWanted, pictures));
		},
		/**
		 * Which labels are on the frames of a video.
		 * @param onBytes called with the number of bytes of each piece; what it throws ends the call
		 */
		frameLabels: (
			dataset: number,
			video: number,
			isWanted: (frame: number) => boolean,
			onBytes: (bytes: number) => void,
		) => {
			const body = { datasetId: dataset, videoIds: [video] };
			return http.read('videos.annotations.bulk.info', body, answer => readFrameLabels(answer, isWanted, onBytes));
		},
		/** All images of a dataset, page by page. */
		images: async function* (dataset: number): AsyncIterable<Image> {
			const body = { projectId: null, datasetId: dataset, filter: [], forceMetadataForLinks: true, recursive: false };
			let perPage = 0;
			for (let number = 1, pages = 1; number <= pages; number++) {
				const page = await listPage('images.list', body, imageSchema, { number, perPage });
				if (number === 1) ({ pages, perPage } = page);
				yield* page.entities;
			}
		},
		/** The oldest images of a project, at most 100. */
		oldestImages: async (project: number): Promise<Image[]> => {
			const body = { projectId: project, datasetId: null, filter: [], forceMetadataForLinks: true, recursive: true };
			const page = { page: 1, per_page: 100, sort: 'id', sort_order: 'asc' };
			const { entities } = await call('images.list', { ...body, ...page }, pageSchema);
			return entities.map(entity => parse(imageSchema, entity, 'images.list'));
		},
		/** The hashes whose images the server already has. */
		knownHashes: async (hashes: string[]) =>
			new Set(await call('images.internal.hashes.list', hashes, z.array(z.string()))),
		uploadImages: async (images: { bytes: Uint8Array; hash: string }[]) => {
			const form = images.map(({ bytes }, at) => ({
				name: `${at}-file`,
				file: String(at),
				type: 'image/*',
				bytes,
			}));
			const endpoint = 'images.bulk.upload';
			const answer = parse(
				z.array(z.looseObject({ hash: z.string().optional() })),
				await http.upload(endpoint, form),
				endpoint,
			);
			images.forEach(({ hash }, at) => {
				if (answer[at]?.hash !== hash)
					throw new FramefanError(`${endpoint}: the uploaded bytes do not match their hash`);
			});
		},
		addImages: (dataset: number, images: NewImage[]) => {
			const body = {
				datasetId: dataset,
				images: images.map(({ name, hash, meta }) => ({ title: name, hash, meta })),
				forceMetadataForLinks: true,
				skipValidation: false,
			};
			return call('images.bulk.add', body, z.array(imageSchema).length(images.length));
		},
		/** Removes images with their labels, which frees their names. */
		removeImages: (images: number[]) => http.call('images.bulk.remove', { imageIds: images }),
		/**
		 * Replaces the labels of images: annotations, and figures of types that an annotation can't have. The masks of alpha
		 * masks follow with `uploadMasks`.
		 * @returns the ids of the figures, in their order
		 */
		setLabels: (
			dataset: number,
			annotations: { imageId: number; annotation: unknown }[],
			figures: NewFigure[],
		): Promise<number[]> => {
			const common = { datasetId: dataset, skipBoundsValidation: false };
			const added = z.array(z.looseObject({ id })).length(figures.length);
			// Retried together: the annotations replace all labels, so that repeated figures are not added twice.
			return http.together(async once => {
				await once('annotations.bulk.add', { ...common, annotations });
				if (figures.length === 0) return [];
				const answer = await once('figures.bulk.add', { ...common, figures });
				return parse(added, answer, 'figures.bulk.add').map(figure => figure.id);
			});
		},
		/** Annotations of images of one dataset, by image id. */
		annotations: async (dataset: number, images: number[]): Promise<Map<number, StoredAnnotation>> => {
			const body = { datasetId: dataset, imageIds: images, integerCoords: false, forceMetadataForLinks: true };
			const found = await call('annotations.bulk.info', body, z.array(storedAnnotationSchema));
			return new Map(found.map(({ imageId, annotation }) => [imageId, annotation]));
		},
		/** Masks of alpha masks, by figure id. */
		masks: async (figures: number[]): Promise<Map<number, StoredMask>> => {
			const endpoint = 'figures.bulk.download.geometry';
			const parts = await http.downloadParts(endpoint, { ids: figures });
			return new Map([...parts].map(([figure, text]) => [Number(figure), parse(maskTextSchema, text, endpoint)]));
		},
		uploadMasks: (masks: { figureId: number; mask: unknown }[]) =>
			http.upload(
				'figures.bulk.upload.geometry',
				masks.flatMap(({ figureId, mask }): FormPart[] => [
					{ name: 'figureId', text: String(figureId) },
					{
						name: 'geometry',
						file: String(figureId),
						type: 'application/octet-stream',
						bytes: Buffer.from(JSON.stringify(mask)),
					},
				]),
			),
	};
}

/** The first page; `perPage` 0: the size that the server chooses. */
export const firstPage = { number: 1, perPage: 0 };

const conflictSchema = z.looseObject({
	type: z.literal('NONUNIQUE'),
	errors: z.array(z.looseObject({ name: z.string(), id: id.optional() })).default([]),
});

/** The conflicting names of a refused call, with the ids of their owners; undefined for other errors. */
export function nameConflicts(error: unknown): { name: string; id?: number | undefined }[] | undefined {
	if (!(error instanceof CallRefused)) return undefined;
	const { details } = (error.body ?? {}) as { details?: unknown };
	const found = conflictSchema.safeParse(Array.isArray(details) ? details[0] : details);
	return found.success ? found.data.errors : undefined;
}
