import * as z from 'zod';
import { badRequest, notUnique } from '../api-error.ts';
import { blobOf, type Context, datasetOf, datasetWithDescendants, imageOf, now, projectOf } from '../context.ts';
import { byId, type Endpoints, id, jsonEndpoint, replyEndpoint } from '../endpoint.ts';
import { imageJson } from '../entity-json.ts';
import { fileReply } from '../file-reply.ts';
import { listing, listPage } from '../listing.ts';
import { multipartReply } from '../multipart-reply.ts';
import type { DatasetRecord, ImageRecord, Put } from '../records.ts';
import { fileBytes } from '../reply.ts';

const listBody = z.object({
	datasetId: id.nullish(),
	projectId: id.nullish(),
	recursive: z.boolean().nullish(),
	...listing,
});

const addBody = z.object({
	datasetId: id,
	images: z.array(
		z
			.object({
				title: z.string().min(1).optional(),
				name: z.string().min(1).optional(),
				hash: z.string(),
				meta: z.record(z.string(), z.unknown()).nullish(),
			})
			.refine(each => each.title !== undefined || each.name !== undefined, { error: 'needs a title', path: ['title'] }),
	),
});

/** `images.*`, apart from the upload of bytes. */
export function imageEndpoints(context: Context): Endpoints {
	const { store, blobs } = context;
	const render = (image: ImageRecord) => imageJson(context, image);
	return {
		'images.info': jsonEndpoint(byId, body => render(imageOf(store, body.id))),
		'images.list': jsonEndpoint(listBody, body => {
			const datasets = datasetsAskedFor(context, body);
			const ids = datasets.flatMap(each => [...store.imagesOf.ids(each.id)]);
			if (datasets.length > 1) ids.sort((a, b) => a - b);
			return listPage(
				ids.map(each => imageOf(store, each)),
				body,
				render,
			);
		}),
		'images.bulk.add': jsonEndpoint(addBody, body => {
			const added = newImages(context, body);
			store.commit(added.map(image => ['image', image] satisfies Put));
			return added.map(render);
		}),
		/** Removes images with their labels, all or none; their names are free again. */
		'images.bulk.remove': jsonEndpoint(z.object({ imageIds: z.array(id) }), body => {
			const ids = [...new Set(body.imageIds)].map(each => imageOf(store, each).id);
			store.commit(ids.map(each => ['removedImage', { id: each }] satisfies Put));
			return { success: true };
		}),
		'images.download': replyEndpoint(byId, (body, { request, ranges }) => {
			const blob = blobOf(store, imageOf(store, body.id).hash);
			return fileReply({ ...blob, path: blobs.path(blob.hash) }, request.headers.range, ranges);
		}),
		'images.bulk.download': replyEndpoint(z.object({ datasetId: id, imageIds: z.array(id) }), body => {
			const parts = imagesIn(context, body.datasetId, body.imageIds).map(image => {
				const { size, mime, hash } = blobOf(store, image.hash);
				return { name: image.id, type: mime, length: size, body: fileBytes(blobs.path(hash), 0, size - 1) };
			});
			return multipartReply(parts);
		}),
	};
}

/** Images by id, in the given order. @throws ApiError 404 if one does not exist, 400 if one is in another dataset. */
export function imagesIn({ store }: Context, datasetId: number, imageIds: number[]): ImageRecord[] {
	datasetOf(store, datasetId);
	return imageIds.map(each => {
		const image = imageOf(store, each);
		if (image.datasetId !== datasetId) throw badRequest(`Image ${each} is not in dataset ${datasetId}`);
		return image;
	});
}

function datasetsAskedFor({ store }: Context, body: z.infer<typeof listBody>): DatasetRecord[] {
	if (body.datasetId) {
		const dataset = datasetOf(store, body.datasetId);
		return body.recursive ? datasetWithDescendants(store, dataset) : [dataset];
	}
	if (!body.projectId) throw badRequest('datasetId: this or projectId is required');
	projectOf(store, body.projectId);
	return [...store.datasetsOf.ids(body.projectId)].map(each => datasetOf(store, each));
}

/** The records of the images that a request adds. @throws ApiError 400 if any of them can't be added */
function newImages({ store }: Context, body: z.infer<typeof addBody>): ImageRecord[] {
	const dataset = datasetOf(store, body.datasetId);
	const { type } = projectOf(store, dataset.projectId);
	if (type !== 'images') throw badRequest(`Project ${dataset.projectId} is of type ${type} and has no images`);
	const names = body.images.map(each => each.title ?? each.name ?? '');
	const taken = names.flatMap(name => {
		const other = store.imagesOf.named(body.datasetId, name);
		return other === undefined ? [] : [{ name, id: other }];
	});
	if (taken.length > 0) throw notUnique(taken);
	if (new Set(names).size < names.length) throw badRequest('A name occurs twice in one request');
	const unknown = body.images.find(each => !isPicture(store.blobs.get(each.hash)));
	if (unknown) throw badRequest(`No uploaded image has the hash ${unknown.hash}`);
	const at = now();
	return body.images.map((each, i) => ({
		id: store.newId(),
		name: names[i] ?? '',
		datasetId: body.datasetId,
		description: '',
		hash: each.hash,
		meta: each.meta ?? {},
		customData: {},
		createdAt: at,
		updatedAt: at,
	}));
}

const isPicture = (blob: { mime: string } | undefined): boolean => blob?.mime.startsWith('image/') ?? false;
