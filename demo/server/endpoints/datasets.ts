import * as z from 'zod';
import { badRequest, notUnique } from '../api-error.ts';
import { type Context, datasetOf, now, projectOf } from '../context.ts';
import { byId, type Endpoints, id, jsonEndpoint } from '../endpoint.ts';
import { datasetJson } from '../entity-json.ts';
import { listing, listPage } from '../listing.ts';
import type { DatasetRecord } from '../records.ts';

const object = z.record(z.string(), z.unknown());

const addBody = z.object({
	projectId: id,
	name: z.string().min(1),
	parentId: id.nullish(),
	description: z.string().nullish(),
	customData: object.nullish(),
});

const editBody = z.object({
	id,
	name: z.string().min(1).nullish(),
	description: z.string().nullish(),
	customData: object.nullish(),
});

/** `datasets.*` */
export function datasetEndpoints(context: Context): Endpoints {
	const { store } = context;
	const render = (dataset: DatasetRecord) => datasetJson(context, dataset);
	const refuseTaken = (projectId: number, parentId: number | null, name: string): void => {
		const taken = store.datasetsOf.named(projectId, name, parentId);
		if (taken !== undefined) throw notUnique([{ name, id: taken }]);
	};
	return {
		'datasets.info': jsonEndpoint(byId, body => render(datasetOf(store, body.id))),
		'datasets.list': jsonEndpoint(
			z.object({
				projectId: id,
				recursive: z.boolean().nullish(),
				extraFields: z.array(z.string()).nullish(),
				...listing,
			}),
			body => {
				projectOf(store, body.projectId);
				const all = [...store.datasetsOf.ids(body.projectId)].map(each => datasetOf(store, each));
				const everywhere = body.recursive || body.filter?.some(each => each.field === 'parentId');
				const listed = everywhere ? all : all.filter(each => each.parentId === null);
				// Listings have no custom data by default: the SDK uses their entries as dictionary keys.
				const customData = body.extraFields?.includes('customData');
				return listPage(listed, body, each => (customData ? render(each) : { ...render(each), customData: undefined }));
			},
		),
		'datasets.add': jsonEndpoint(addBody, body => {
			projectOf(store, body.projectId);
			const parentId = body.parentId ?? null;
			if (parentId !== null && datasetOf(store, parentId).projectId !== body.projectId) {
				throw badRequest(`Dataset ${parentId} is not in project ${body.projectId}`);
			}
			refuseTaken(body.projectId, parentId, body.name);
			const at = now();
			const dataset: DatasetRecord = {
				id: store.newId(),
				name: body.name,
				projectId: body.projectId,
				parentId,
				description: body.description ?? '',
				customData: body.customData ?? {},
				createdAt: at,
				updatedAt: at,
			};
			store.commit([['dataset', dataset]]);
			return render(dataset);
		}),
		'datasets.editInfo': jsonEndpoint(editBody, body => {
			const dataset = datasetOf(store, body.id);
			if (body.name && body.name !== dataset.name) refuseTaken(dataset.projectId, dataset.parentId, body.name);
			const edited = {
				...dataset,
				name: body.name ?? dataset.name,
				description: body.description ?? dataset.description,
				customData: body.customData ?? dataset.customData,
				updatedAt: now(),
			};
			store.commit([['dataset', edited]]);
			return render(edited);
		}),
	};
}
