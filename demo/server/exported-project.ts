import type { ExportedDataset, ExportedImage, ExportedProject } from '../project-format/images-project-export.ts';
import { badRequest } from './api-error.ts';
import { type Context, datasetOf, imageOf } from './context.ts';
import { annotationOf, labelJson } from './image-annotation-json.ts';
import type { DatasetRecord, ImageRecord, ProjectRecord } from './records.ts';

/**
 * An images project as it is written to a folder: annotations in pixel coordinates, with the bitmaps of alpha masks.
 * @throws ApiError 400 for a project of another type
 */
export function exportedProject(context: Context, project: ProjectRecord): ExportedProject {
	const { store } = context;
	if (project.type !== 'images') throw badRequest(`Project ${project.id} is of type ${project.type}, not images`);
	const all = [...store.datasetsOf.ids(project.id)].map(id => datasetOf(store, id));
	const below = (parentId: number | null): ExportedDataset[] =>
		all
			.filter(each => each.parentId === parentId)
			.map(each => ({
				id: each.id,
				name: each.name,
				images: () => images(context, project, each),
				children: below(each.id),
			}));
	const { classes, tags } = project.meta;
	return { meta: { classes, tags, projectType: project.type }, datasets: below(null) };
}

function* images({ store, blobs }: Context, project: ProjectRecord, dataset: DatasetRecord): Generator<ExportedImage> {
	for (const id of store.imagesOf.ids(dataset.id)) {
		const image: ImageRecord = imageOf(store, id);
		const { description, size, tags, labels } = annotationOf(store, image);
		yield {
			id,
			name: image.name,
			file: blobs.path(image.hash),
			meta: image.meta,
			annotation: {
				description,
				size,
				tags: tags.map(({ id: _, ...tag }) => tag),
				objects: labels.map(label => labelJson(store, project, label, { pixels: size, masks: true })),
				customBigData: {},
			},
		};
	}
}
