import { expect, test } from 'vitest';
import { PermanentError } from '#shared/errors.ts';
import { ok, png, upload } from '#test/supervisely-server.ts';
import { makeUploader } from '../../../functions/decode/upload-frames.ts';
import type { ChunkFrame } from '../../../functions/shared/sampling/chunk.ts';
import { corners, faces, maskData, part, points, xy } from './shapes.ts';
import { makeDestination, uploaderFor } from './uploader.ts';

test('a strict server takes labels of every type, masks and multipolygons too, each once', async () => {
	const bitmap = {
		origin: [61, 46],
		data: await maskData([
			[1, 9, 255],
			[0, 0, 1],
		]),
	};
	const destination = await makeDestination();
	const { server, imageIds, labelsOf } = destination;
	const shapes: [string, unknown][] = [
		['rectangle', points('0,0 63,47')],
		['polygon', points('0,0 63,0 63,47')],
		['line', points('0,0 63,47')],
		['point', points('63,47')],
		['bitmap', { bitmap }],
		['alpha_mask', { bitmap }],
		['multipolygon', { parts: [part('0,0 63,0 63,47')] }],
		['oriented_bbox', { points: xy('60,40 66,54'), angle: 1 }],
		['cuboid', { points: corners, faces }],
	];
	const { faults, refresh } = await uploaderFor(destination, [shapes]);
	await refresh();
	// Other ids of their objects: all of them are written again.
	await (await uploaderFor(destination, [shapes], { objectIds: 900 })).refresh();
	expect(faults).toEqual([]);
	const labels = await labelsOf(imageIds[0] as number);
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
	const destination = await makeDestination();
	const { server, imageIds, labelsOf } = destination;
	server.setFaults([{ match: 'figures.bulk.add', share: 0.6, seed: 1, action: { cutBody: true } }]);
	for (let time = 0; time < 4; time++) {
		await (await uploaderFor(destination, [[['multipolygon', { parts }]]], { objectIds: 500 + time })).refresh();
		expect(await labelsOf(imageIds[0] as number)).toHaveLength(1);
	}
});

test('one bad figure is a fault, the others arrive', async () => {
	const destination = await makeDestination();
	const { faults, uploader, refresh } = await uploaderFor(destination, [
		[
			['rectangle', points('70,0 80,9')],
			['point', points('63,47')],
		],
	]);
	await refresh();
	expect(faults).toEqual(['Figure 0 (rectangle, class "a rectangle"): it lies outside the picture of 64 x 48']);
	expect(await destination.labelsOf(destination.imageIds[0] as number)).toHaveLength(1);
	expect(uploader.labels()).toBe(1);
});

test('labels of a picture in another size than declared keep their pixels, with a note', async () => {
	const destination = await makeDestination(0);
	const picture = { width: 48, height: 64 };
	const to = { width: 24, height: 32 };
	const shapes: [string, unknown][][] = [[['rectangle', points('10,11 30,31')]], [['rectangle', points('40,2 60,9')]]];
	const { uploader, frames } = await uploaderFor(destination, shapes, { size: { width: 64, height: 48 } });
	const [first, second] = frames as [(typeof frames)[number], (typeof frames)[number]];
	await uploader.upload([
		{ frame: first, bytes: await png(48, 64), sizes: { from: picture, to: picture } },
		{ frame: second, bytes: await png(24, 32), sizes: { from: picture, to } },
	]);
	const { entities } = await ok(destination.server, 'images.list', { datasetId: destination.datasetId });
	const [here, halved] = entities.slice(-2) as { id: number }[];
	expect((await destination.labelsOf(here?.id as number))[0]?.points.exterior).toEqual(xy('10,11 30,31'));
	// What lies beyond the picture is cut off, and the rest is scaled with it.
	expect((await destination.labelsOf(halved?.id as number))[0]?.points.exterior).toEqual(xy('20,1 23,4'));
	expect(uploader.notes()).toEqual([
		'a video: its labels are for pictures of 64 x 48 pixels, its pictures have 48 x 64: label coordinates are kept',
		expect.stringContaining('frame 1: Figure 0 (rectangle, class "a rectangle") extends beyond the picture of 48 x 64'),
	]);
});

test('an image or labels that the server refuses for good cost no other frame, and count once', async () => {
	const destination = await makeDestination(4);
	const { supervisely, labelsOf, imageIds, datasetId } = destination;
	const rectangle: [string, unknown] = ['rectangle', points('0,0 63,47')];
	const no = () => Promise.reject(new PermanentError('refused', 'annotations.bulk.add answered 400: No'));
	const picky: typeof supervisely = {
		...supervisely,
		setLabels: (dataset, annotations, figures) =>
			annotations.some(({ imageId }) => imageId === imageIds[2])
				? no()
				: supervisely.setLabels(dataset, annotations, figures),
		addImages: (dataset, images) =>
			images.some(({ name }) => name === 'new-1.png') ? no() : supervisely.addImages(dataset, images),
	};
	const labels = Array.from({ length: 4 }, () => [rectangle]);
	const { faults, refresh, uploader } = await uploaderFor({ ...destination, supervisely: picky }, labels);
	await refresh();
	expect(faults).toEqual(['its labels were refused: annotations.bulk.add answered 400: No']);
	expect(uploader.labels()).toBe(3);
	for (const [at, image] of imageIds.entries()) expect(await labelsOf(image)).toHaveLength(at === 2 ? 0 : 1);

	const bytes = await png(64, 48);
	const fresh = [0, 1, 2, 3, 4].map(index => ({ index, pts: index, name: `new-${index}.png` }));
	const chunk = { ...(await uploaderFor(destination, [])).chunk, frames: fresh, labels: null };
	const refused: (number | undefined)[] = [];
	const bringing = makeUploader(picky, chunk, (_, __, frame) => refused.push(frame));
	const sizes = { from: { width: 64, height: 48 }, to: { width: 64, height: 48 } };
	await bringing.upload(fresh.map(frame => ({ frame, bytes, sizes })));
	expect(refused).toEqual([1]);
	expect(bringing.uploaded()).toBe(4);
	const names: string[] = [];
	for await (const { name } of supervisely.images(datasetId)) names.push(name);
	expect(names.filter(name => name.startsWith('new')).sort()).toEqual([0, 2, 3, 4].map(index => `new-${index}.png`));
});

test('an image of another video that came meanwhile is not labelled, and is a fault', async () => {
	const destination = await makeDestination(0);
	const { server, supervisely, datasetId, labelsOf } = destination;
	const [{ hash }] = (await upload(server, [await png(64, 48)])).body;
	const others = { title: '1.png', hash, meta: { video_id: 2, video_project_id: 5 } };
	const [foreign] = await ok(server, 'images.bulk.add', { datasetId, images: [others] });
	const rectangle: [string, unknown] = ['rectangle', points('0,0 63,47')];
	const shapes = Array.from({ length: 3 }, () => [rectangle]);
	const { chunk } = await uploaderFor(destination, shapes);
	const sizes = { from: { width: 64, height: 48 }, to: { width: 64, height: 48 } };
	const bytes = await png(64, 48);
	const bring = async (again: boolean) => {
		const faults: [string, number | undefined][] = [];
		const uploader = makeUploader(supervisely, chunk, (reason, _, frame) => faults.push([reason, frame]));
		if (again) await uploader.findExisting();
		await uploader.annotateExisting(chunk.frames.filter(frame => uploader.has(frame)));
		const missing = chunk.frames.filter(frame => !uploader.has(frame));
		await uploader.upload(missing.map(frame => ({ frame, bytes, sizes })));
		expect(faults).toEqual([['name-taken', 1]]);
		expect(uploader.uploaded()).toBe(2);
		expect(await labelsOf(foreign.id)).toEqual([]);
		return missing.map(({ index }) => index);
	};
	expect(await bring(false)).toEqual([0, 1, 2]);
	expect(await bring(true)).toEqual([1]);
	const { entities } = await ok(server, 'images.list', { datasetId });
	expect(
		(entities as { name: string; labelsCount: number }[]).map(each => [each.name, each.labelsCount]).sort(),
	).toEqual([
		['0.png', 1],
		['1.png', 0],
		['2.png', 1],
		['one.png', 0],
	]);
});

test('an image to be made anew that has the wanted size already stays, with new labels', async () => {
	const destination = await makeDestination(2);
	const { supervisely, labelsOf, imageIds, server } = destination;
	const shapes: [string, unknown][][] = [[['rectangle', points('0,0 63,47')]], [['point', points('5,6')]]];
	const { chunk } = await uploaderFor(destination, shapes);
	const size = { width: 64, height: 48 };
	const frames = chunk.frames.map(({ image, ...frame }) => ({ ...frame, ...(image ? { replaces: image } : {}), size }));
	const faults: string[] = [];
	const uploader = makeUploader(supervisely, { ...chunk, frames }, (_, message) => faults.push(message));
	expect(frames.map(frame => uploader.has(frame))).toEqual([false, false]);
	const smaller = { width: 32, height: 24 };
	await uploader.upload([
		{ frame: frames[0] as ChunkFrame, bytes: await png(64, 48), sizes: { from: size, to: size } },
		{ frame: frames[1] as ChunkFrame, bytes: await png(32, 24), sizes: { from: size, to: smaller } },
	]);
	expect(faults).toEqual([]);
	expect([uploader.uploaded(), uploader.kept(), uploader.labels()]).toEqual([1, 1, 2]);
	expect(await labelsOf(imageIds[0] as number)).toHaveLength(1);
	const images = async () => (await ok(server, 'images.list', { datasetId: destination.datasetId })).entities;
	const after = (await images()) as { id: number; name: string; width: number }[];
	expect(after.map(({ name, width }) => [name, width]).sort()).toEqual([
		['0.png', 64],
		['1.png', 32],
		['one.png', 64],
	]);
	expect(after.map(({ id }) => id)).not.toContain(imageIds[1]);

	// Another delivery finds the new one and brings nothing.
	const again = makeUploader(supervisely, { ...chunk, frames }, (_, message) => faults.push(message));
	await again.findExisting();
	expect(frames.map(frame => again.has(frame))).toEqual([false, true]);
	expect(await images()).toEqual(after);
});
