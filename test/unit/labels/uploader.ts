import type { Size } from '#shared/size.ts';
import { imagesProject, ok, png, serve, upload } from '#test/supervisely-server.ts';
import { makeUploader } from '../../../functions/decode/upload-frames.ts';
import { chunkSchema } from '../../../functions/shared/sampling/chunk.ts';
import { type SettingsInput, settingsSchema } from '../../../functions/shared/sampling/settings.ts';
import { labelsOf } from '../../../functions/shared/supervisely/labels/labels.ts';
import { mergeMeta } from '../../../functions/shared/supervisely/meta/merge-meta.ts';
import { parseProjectMeta } from '../../../functions/shared/supervisely/meta/project-meta.ts';
import { makeSuperviselyApi } from '../../../functions/shared/supervisely/remote/api.ts';
import { connectSupervisely } from '../../../functions/shared/supervisely/remote/http-client.ts';
import { annotationOf, full } from './shapes.ts';

type Destination = Awaited<ReturnType<typeof makeDestination>>;
type Shape = [type: string, geometry: unknown];

/** A server with an images project and images of one size in one dataset. */
export async function makeDestination(images = 1, size: Size = full) {
	const server = await serve();
	const { projectId, datasetId } = await imagesProject(server);
	const supervisely = makeSuperviselyApi(connectSupervisely(server.address, async () => server.token));
	const meta = () => supervisely.projectMeta(projectId).then(found => parseProjectMeta(found, projectId));
	await supervisely.setProjectMeta(projectId, mergeMeta({ classes: [], tags: [] }, await meta()));
	const [{ hash }] = (await upload(server, [await png(size.width, size.height)])).body;
	const names = Array.from({ length: images }, (_, at) => ({ title: `${at}.png`, hash }));
	const added = (await ok(server, 'images.bulk.add', { datasetId, images: names })) as { id: number }[];
	return {
		server,
		supervisely,
		datasetId,
		meta: await meta(),
		imageIds: added.map(({ id }) => id),
		writes: () => server.counters()['annotations.bulk.add']?.requests ?? 0,
		labelsOf: async (image: number) => {
			const { annotation } = await ok(server, 'annotations.info', { imageId: image, integerCoords: true });
			return annotation.objects as {
				id: number;
				geometryType: string;
				tags: { value?: number }[];
				points: { exterior: number[][] };
			}[];
		},
	};
}

/** The uploader for frames that are images of the destination already, with these figures on them, frame by frame. */
export async function uploaderFor(
	{ supervisely, datasetId, imageIds, meta }: Destination,
	shapes: Shape[][],
	more: { size?: Size; imageSize?: Size; settings?: SettingsInput; tags?: unknown[]; objectIds?: number } = {},
) {
	const first = more.objectIds ?? 400;
	const types = [...new Set(shapes.flat().map(([type]) => type))];
	const annotation = await annotationOf({
		size: more.size ?? full,
		tags: more.tags ?? [],
		objects: types.map((type, at) => ({ id: first + at, classTitle: `a ${type}` })),
		frames: shapes.map((figures, index) => ({
			index,
			figures: figures.map(([geometryType, geometry], id) => {
				return { id, objectId: first + types.indexOf(geometryType), geometryType, geometry };
			}),
		})),
	});
	const chunk = chunkSchema.parse({
		schema: 1,
		id: 'a chunk',
		video: { id: 1, name: 'a video' },
		dataset: datasetId,
		settings: settingsSchema.parse(more.settings ?? {}),
		provenance: {},
		frames: shapes.map((_, index) => ({
			index,
			pts: index,
			name: `${index}.png`,
			image: imageIds[index],
			...(more.imageSize ? { size: more.imageSize } : {}),
		})),
		decodePlan: null,
		copy: null,
		labels: labelsOf(annotation.slice(shapes.keys()), meta),
	});
	const faults: string[] = [];
	const uploader = makeUploader(supervisely, chunk, (_, message) => faults.push(message));
	return { uploader, chunk, faults, frames: chunk.frames, refresh: () => uploader.annotateExisting(chunk.frames) };
}
