import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { writeCoco } from '#cli/coco/write-coco.ts';
import { SuperviselyClient, sampleVideoProject } from '#library/index.ts';
import type { ManifestRow } from '#shared/sampling/manifest.ts';
import { makeSuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import { pythonEnvironment } from '#test/python.ts';
import { pixelsOfRuns, readCoco } from '#test/read-coco.ts';
import { ok, serve, temporaryFolder } from '#test/supervisely-server.ts';
import { writeTinyVideoProject } from '#test/tiny-video-project.ts';

type Theirs = {
	images: number;
	categories: string[];
	annotations: Record<
		string,
		{ area: number; bbox: number[]; maskArea?: number; maskBox?: number[]; pixels?: string[] }
	>;
};

test('pycocotools loads a COCO file and sees the same areas, boxes and pixels', async context => {
	const environment = await pythonEnvironment('coco', ['pycocotools==2.0.10', 'numpy==2.2.6']);
	if ('unavailable' in environment) {
		console.warn(`NOT RUN: COCO beside pycocotools: ${environment.unavailable}`);
		return context.skip(`NOT RUN: ${environment.unavailable}`);
	}
	const server = await serve();
	const folder = await temporaryFolder();
	await writeTinyVideoProject(join(folder, 'tiny'));
	const { id: source } = await server.importVideoProject(join(folder, 'tiny'));
	const client = new SuperviselyClient(server.address, server.token);
	const { destination } = await sampleVideoProject(client, source, { step: 3 });
	const { entities } = await ok(server, 'images.list', { projectId: destination.id, recursive: true });
	const images = entities as { id: number; name: string; datasetId: number; meta: Record<string, number> }[];
	// A polygon with holes, one of them over its border. Alpha masks, which are on the first frames, can't be written again so.
	const first = images.find(({ meta }) => meta.frame_index === 27) as (typeof images)[number];
	const { annotation } = await ok(server, 'annotations.info', { imageId: first.id, integerCoords: false });
	const ring = (left: number, top: number, right: number, bottom: number) => [
		[left + 0.5, top + 0.5],
		[right + 0.5, top + 0.5],
		[right + 0.5, bottom + 0.5],
		[left + 0.5, bottom + 0.5],
	];
	const points = { exterior: ring(20, 20, 90, 80), interior: [ring(30, 30, 50, 60), ring(80, 40, 120, 50)] };
	annotation.objects.push({ classTitle: 'field', geometryType: 'polygon', tags: [], points });
	await ok(server, 'annotations.bulk.add', {
		datasetId: first.datasetId,
		annotations: [{ imageId: first.id, annotation }],
	});
	const rows = images.map(({ id, name, datasetId, meta }) => ({
		...{ image_id: id, image_name: name, project_id: destination.id, dataset_id: datasetId },
		...{ video_id: meta.video_id, frame_index: meta.frame_index, split: null },
	})) as ManifestRow[];
	const file = join(folder, 'coco.json');
	const supervisely = makeSuperviselyApi(connectSupervisely(server.address, async () => server.token));
	await writeCoco(file, rows, supervisely, 'a sampling');

	const script = join(import.meta.dirname, 'python', 'read_coco.py');
	const { stdout } = await promisify(execFile)(environment.python, [script, file], { maxBuffer: 1e9 });
	const theirs: Theirs = JSON.parse(stdout);
	const ours = readCoco(file);
	expect(theirs.images).toBe(images.length);
	expect(theirs.categories).toEqual(ours.categories.map(({ name }) => name));
	expect(Object.keys(theirs.annotations)).toHaveLength(ours.annotations.length);
	const kinds = { box: 0, polygons: 0, runs: 0 };
	for (const { id, area, bbox, segmentation } of ours.annotations) {
		const found = theirs.annotations[id] as Theirs['annotations'][string];
		expect([found.area, found.bbox]).toEqual([area, bbox]);
		if (!Array.isArray(segmentation)) {
			kinds.runs++;
			expect([found.maskArea, found.maskBox]).toEqual([area, bbox]);
			expect(new Set(found.pixels)).toEqual(new Set(pixelsOfRuns(segmentation)));
		} else if (segmentation.length > 0) {
			kinds.polygons++;
			// It draws polygons on whole pixels: half a pixel along the outline.
			const outline = 2 * ((bbox[2] as number) + (bbox[3] as number));
			expect(Math.abs((found.maskArea as number) - area)).toBeLessThan(outline / 2);
			for (const [n, value] of (found.maskBox as number[]).entries())
				expect(Math.abs(value - (bbox[n] as number))).toBeLessThanOrEqual(1);
		} else kinds.box++;
	}
	expect(kinds).toEqual({ box: 20, polygons: 24, runs: 21 });
});
