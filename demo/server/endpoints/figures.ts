import * as z from 'zod';
import { badRequest, notFound } from '../api-error.ts';
import { type Context, datasetOf, imageOf, now, projectOf } from '../context.ts';
import { type Endpoint, type Endpoints, id, jsonEndpoint, parse, replyEndpoint } from '../endpoint.ts';
import { annotationOf } from '../image-annotation-json.ts';
import { labelFields, readGeometry, readLabel } from '../labels.ts';
import { readMultipart } from '../multipart-body.ts';
import { multipartReply } from '../multipart-reply.ts';
import type { ImageAnnotationRecord, LabelRecord } from '../records.ts';
import { jsonReply } from '../reply.ts';
import { imageSize } from './annotations.ts';
import { imagesIn } from './images.ts';

const addBody = z.object({
	datasetId: id,
	figures: z.array(
		z.looseObject({ ...labelFields, entityId: id, classId: id, geometry: z.record(z.string(), z.unknown()).nullish() }),
	),
	skipBoundsValidation: z.boolean().nullish(),
});

const maskSchema = z.object({ origin: z.tuple([z.number(), z.number()]), data: z.string() });

/** `figures.*` of images, used to upload alpha masks and multipolygons. */
export function figureEndpoints(context: Context): Endpoints {
	const { store } = context;
	return {
		/** Adds figures to the labels that their images have. `classId` is this project's. */
		'figures.bulk.add': jsonEndpoint(addBody, body => {
			imagesIn(
				context,
				body.datasetId,
				body.figures.map(each => each.entityId),
			);
			const { meta } = projectOf(store, datasetOf(store, body.datasetId).projectId);
			const at = now();
			const changed = new Map<number, ImageAnnotationRecord>();
			const added = body.figures.map(figure => {
				const ofClass = meta.classes.find(each => each.id === figure.classId);
				if (!ofClass) throw badRequest(`The project has no class with id ${figure.classId}`);
				if (!figure.geometry && figure.geometryType !== 'alpha_mask')
					throw badRequest('geometry: required; only that of an alpha mask can be sent later');
				const image = imageOf(store, figure.entityId);
				const size = body.skipBoundsValidation ? null : imageSize(context, image);
				const surroundings = { meta, size, newId: () => store.newId(), at };
				const label = readLabel(figure, figure.geometry ?? null, ofClass, surroundings);
				const annotation = changed.get(image.id) ?? annotationOf(store, image);
				changed.set(image.id, { ...annotation, labels: [...annotation.labels, label], updatedAt: at });
				return { id: label.id };
			});
			store.commit([...changed.values()].map(each => ['imageAnnotation', each]));
			return added;
		}),
		'figures.bulk.upload.geometry': uploadGeometries(context),
		'figures.bulk.download.geometry': replyEndpoint(z.object({ ids: z.array(id) }), body => {
			const figures = findMasks(context, body.ids);
			const parts = body.ids.map(each => {
				const { bitmap } = figures.get(each)?.label.geometry ?? {};
				if (!bitmap) throw badRequest(`Figure ${each} has no geometry that can be downloaded`);
				const bytes = Buffer.from(JSON.stringify(bitmap));
				return { name: each, type: 'application/json', length: bytes.length, body: () => [bytes] };
			});
			return multipartReply(parts);
		}),
	};
}

/** Takes pairs of parts, `figureId` and `geometry`, and sets the masks of the figures, all or none. */
function uploadGeometries(context: Context): Endpoint {
	const { store } = context;
	return async ({ request, stream }) => {
		const masks = new Map<number, z.infer<typeof maskSchema>>();
		let figureId: number | null = null;
		await readMultipart(request.headers, stream(), async part => {
			const text = part.kind === 'field' ? part.value : await textOf(part.content);
			if (figureId === null && part.name === 'figureId') figureId = parse(id, Number(text));
			else if (figureId !== null && part.name === 'geometry') {
				masks.set(figureId, parse(maskSchema, jsonOf(text)));
				figureId = null;
			} else
				throw badRequest(`The part ${JSON.stringify(part.name)} is out of place: figureId and geometry must alternate`);
		});
		if (figureId !== null) throw badRequest(`Figure ${figureId} came without its geometry`);
		const at = now();
		const changed = new Map<number, ImageAnnotationRecord>();
		for (const [each, { label, annotation }] of findMasks(context, [...masks.keys()])) {
			const image = imageOf(store, annotation.imageId);
			const { meta } = projectOf(store, datasetOf(store, image.datasetId).projectId);
			const ofClass = meta.classes.find(other => other.title === label.classTitle) ?? {
				title: label.classTitle,
				shape: 'any',
			};
			const bitmap = masks.get(each);
			const geometry = readGeometry(
				'alpha_mask',
				{ bitmap },
				{ ...ofClass, shape: label.geometryType },
				imageSize(context, image),
			);
			const current = changed.get(image.id) ?? annotation;
			const labels = current.labels.map(other => (other.id === each ? { ...other, geometry, updatedAt: at } : other));
			changed.set(image.id, { ...current, labels, updatedAt: at });
		}
		store.commit([...changed.values()].map(each => ['imageAnnotation', each]));
		return jsonReply({ success: true });
	};
}

/** Alpha masks by id. @throws ApiError 404 for one that does not exist. */
function findMasks(
	{ store }: Context,
	ids: number[],
): Map<number, { label: LabelRecord; annotation: ImageAnnotationRecord }> {
	return new Map(
		ids.map(each => {
			const annotation = store.annotationOfMask(each);
			const label = annotation?.labels.find(other => other.id === each);
			if (!annotation || !label) throw notFound('Figure', each);
			return [each, { label, annotation }];
		}),
	);
}

async function textOf(content: AsyncIterable<Buffer>): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of content) chunks.push(chunk);
	return Buffer.concat(chunks).toString('utf8');
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw badRequest('geometry: is not JSON');
	}
}
