import { expect, test } from 'vitest';
import { imagesProject, ok, serve } from '#test/supervisely-server.ts';
import { makeUploader } from '../../../functions/decode/upload-frames.ts';
import { chunkSchema } from '../../../functions/shared/sampling/chunk.ts';
import { settingsSchema } from '../../../functions/shared/sampling/settings.ts';
import { makeSuperviselyApi } from '../../../functions/shared/supervisely/api.ts';
import { connectSupervisely } from '../../../functions/shared/supervisely/http-client.ts';
import { labelsOf } from '../../../functions/shared/supervisely/labels.ts';
import { mergeMeta } from '../../../functions/shared/supervisely/merge-meta.ts';
import { parseProjectMeta } from '../../../functions/shared/supervisely/project-meta.ts';
import { parseVideoAnnotation } from '../../../functions/shared/supervisely/video-annotation.ts';
import { corners, faces, full, maskData, part, points, xy } from './shapes.ts';

/** A dataset with one image, and the uploader for a frame of a video whose figures have these geometries. */
const uploaderFor = async (geometries: [type: string, geometry: unknown][]) => {
	const server = await serve();
	const { projectId, datasetId, imageId } = await imagesProject(server);
	const supervisely = makeSuperviselyApi(connectSupervisely(server.address, async () => server.token));
	const destination = () => supervisely.projectMeta(projectId).then(meta => parseProjectMeta(meta, projectId));
	const merged = mergeMeta({ classes: [], tags: [] }, await destination());
	await supervisely.setProjectMeta(projectId, merged);
	const annotation = parseVideoAnnotation({
		size: full,
		tags: [],
		objects: geometries.map(([type], at) => ({ id: 400 + at, classTitle: `a ${type}` })),
		frames: [
			{
				index: 0,
				figures: geometries.map(([geometryType, geometry], at) => ({
					id: at,
					objectId: 400 + at,
					geometryType,
					geometry,
				})),
			},
		],
	});
	const chunk = chunkSchema.parse({
		schema: 1,
		id: 'a chunk',
		video: { id: 1, name: 'a video' },
		dataset: datasetId,
		settings: settingsSchema.parse({}),
		provenance: {},
		frames: [{ index: 0, pts: 0, name: 'one.png', image: imageId }],
		recipe: null,
		labels: labelsOf(annotation, await destination(), [0]),
	});
	const faults: string[] = [];
	const uploader = makeUploader(supervisely, chunk, (_, message) => faults.push(message));
	const labelsOnServer = async () => {
		const { annotation: found } = await ok(server, 'annotations.info', { imageId, integerCoords: true });
		return found.objects as { id: number; geometryType: string; classTitle: string; tags: { value?: number }[] }[];
	};
	return { server, faults, uploader, frames: chunk.frames, labelsOnServer };
};

test('a strict server takes labels of every type, alpha masks and multipolygons by their own way, each once', async () => {
	const bitmap = {
		origin: [61, 46],
		data: await maskData([
			[1, 9, 255],
			[0, 0, 1],
		]),
	};
	const { server, faults, uploader, frames, labelsOnServer } = await uploaderFor([
		['rectangle', points('0,0 63,47')],
		['polygon', points('0,0 63,0 63,47')],
		['line', points('0,0 63,47')],
		['point', points('63,47')],
		['bitmap', { bitmap }],
		['alpha_mask', { bitmap }],
		['multipolygon', { parts: [part('0,0 63,0 63,47')] }],
		['oriented_bbox', { points: xy('60,40 66,54'), angle: 1 }],
		['cuboid', { points: corners, faces }],
	]);
	for (let time = 0; time < 2; time++) await uploader.annotateExisting(frames);
	expect(faults).toEqual([]);
	const labels = await labelsOnServer();
	expect(labels.map(({ geometryType }) => geometryType).sort()).toEqual([
		...['alpha_mask', 'bitmap', 'cuboid', 'line', 'multipolygon', 'oriented_bbox', 'point', 'polygon', 'rectangle'],
	]);
	for (const { tags } of labels) expect(tags).toMatchObject([{ name: 'object_id', value: expect.any(Number) }]);
	const mask = labels.find(({ geometryType }) => geometryType === 'alpha_mask');
	const answer = await fetch(`${server.address}/public/api/v3/figures.bulk.download.geometry`, {
		method: 'POST',
		headers: { 'x-api-key': server.token, 'content-type': 'application/json' },
		body: JSON.stringify({ ids: [mask?.id] }),
	});
	expect(await answer.text()).toContain(JSON.stringify(bitmap));
});

test('figures whose answer was lost are not there twice', async () => {
	const parts = [part('0,0 63,0 63,47')];
	const { server, uploader, frames, labelsOnServer } = await uploaderFor([['multipolygon', { parts }]]);
	server.setFaults([{ match: 'figures.bulk.add', share: 0.6, seed: 1, action: { cutBody: true } }]);
	for (let time = 0; time < 4; time++) {
		await uploader.annotateExisting(frames);
		expect(await labelsOnServer()).toHaveLength(1);
	}
});

test('one bad figure is a fault, the others arrive', async () => {
	const { faults, uploader, frames, labelsOnServer } = await uploaderFor([
		['rectangle', points('70,0 80,9')],
		['point', points('63,47')],
	]);
	await uploader.annotateExisting(frames);
	expect(faults).toEqual(['Figure 0 (rectangle, class "a rectangle"): it lies beyond the picture of 64 x 48']);
	expect(await labelsOnServer()).toHaveLength(1);
	expect(uploader.labels()).toBe(1);
});
