import * as z from 'zod';
import { badRequest } from '../api-error.ts';
import { blobOf, type Context, datasetOf, datasetWithDescendants, projectOf, videoOf } from '../context.ts';
import { byId, type Endpoints, id, jsonEndpoint, replyEndpoint } from '../endpoint.ts';
import { videoJson } from '../entity-json.ts';
import { fileReply } from '../file-reply.ts';
import { listing, listPage } from '../listing.ts';
import { multipartReply } from '../multipart-reply.ts';
import type { VideoRecord } from '../records.ts';
import { videoAnnotationJson } from '../video-annotation-json.ts';
import { extractFrames } from '../video-frames.ts';

const frameIndex = z.number().int().min(0);

/** `videos.*` */
export function videoEndpoints(context: Context): Endpoints {
	const { store, blobs } = context;
	const render = (video: VideoRecord) => videoJson(context, video);
	return {
		'videos.info': jsonEndpoint(byId, body => render(videoOf(store, body.id))),
		'videos.list': jsonEndpoint(
			z.object({ datasetId: id.nullish(), projectId: id.nullish(), recursive: z.boolean().nullish(), ...listing }),
			body => {
				const datasets = body.datasetId
					? body.recursive
						? datasetWithDescendants(store, datasetOf(store, body.datasetId))
						: [datasetOf(store, body.datasetId)]
					: [...store.datasetsOf.ids(projectOf(store, body.projectId ?? refuseNoParent()).id)].map(each =>
							datasetOf(store, each),
						);
				const ids = datasets.flatMap(each => [...store.videosOf.ids(each.id)]);
				if (datasets.length > 1) ids.sort((a, b) => a - b);
				return listPage(
					ids.map(each => videoOf(store, each)),
					body,
					render,
				);
			},
		),
		'videos.annotations.bulk.info': jsonEndpoint(
			z.object({ datasetId: id.nullish(), videoIds: z.array(id), integerCoords: z.boolean().nullish() }),
			body => {
				if (body.datasetId) datasetOf(store, body.datasetId);
				return body.videoIds.map(each => {
					const video = videoOf(store, each);
					if (body.datasetId && video.datasetId !== body.datasetId)
						throw badRequest(`Video ${each} is not in dataset ${body.datasetId}`);
					return videoAnnotationJson(store, video, body.integerCoords ?? true);
				});
			},
		),
		'videos.download': replyEndpoint(byId, (body, { request, ranges }) => {
			const blob = blobOf(store, videoOf(store, body.id).hash);
			return fileReply({ ...blob, path: blobs.path(blob.hash) }, request.headers.range, ranges);
		}),
		'videos.download-frame': replyEndpoint(z.object({ videoId: id, frame: frameIndex }), async body => {
			const [png] = await extractFrames(blobs.path(videoOf(store, body.videoId).hash), [body.frame]);
			if (!png) throw badRequest(`Video ${body.videoId} has no frame ${body.frame}`);
			return { status: 200, headers: { 'content-type': 'image/png' }, length: png.length, body: () => [png] };
		}),
		'videos.bulk.download-frame': replyEndpoint(
			z.object({ videoId: id, frames: z.array(frameIndex).max(100) }),
			async body => {
				const wanted = [...new Set(body.frames)].sort((a, b) => a - b);
				const pictures = await extractFrames(blobs.path(videoOf(store, body.videoId).hash), wanted);
				const byFrame = new Map(pictures.map((png, i) => [wanted[i], png]));
				const parts = body.frames.map(frame => {
					const png = byFrame.get(frame);
					if (!png) throw badRequest(`Video ${body.videoId} has no frame ${frame}`);
					return { name: frame, type: 'image/png', length: png.length, body: () => [png] };
				});
				return multipartReply(parts);
			},
		),
	};
}

function refuseNoParent(): never {
	throw badRequest('datasetId: this or projectId is required');
}
