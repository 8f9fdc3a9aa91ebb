import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { SuperviselyClient, sampleVideo, sampleVideoProject } from '#library/index.ts';
import { openDeployment } from '#test/deployment.ts';
import { ok, png, serve, temporaryFolder, upload } from '#test/supervisely-server.ts';
import { tiny, writeTinyVideoProject } from '#test/tiny-video-project.ts';

type Image = { id: number; name: string; labelsCount: number; meta: Record<string, unknown> };
type Dataset = { id: number; name: string; parentId: number | null };

/** A server with two projects of the same datasets, videos and labels, and an images project for both. */
const start = async () => {
	const server = await serve();
	const folder = join(await temporaryFolder(), 'tiny');
	await writeTinyVideoProject(folder);
	const sources: [number, number] = [
		(await server.importVideoProject(folder, { name: 'one' })).id,
		(await server.importVideoProject(folder, { name: 'two' })).id,
	];
	const client = new SuperviselyClient(server.address, server.token);
	const { id: into } = await ok(server, 'projects.add', { name: 'both', workspaceId: 1, type: 'images' });
	const sample = (source: number, settings = {}) =>
		sampleVideoProject(client, source, settings, { destinationProjectId: into });
	const datasets = async (project: number): Promise<Dataset[]> =>
		(await ok(server, 'datasets.list', { projectId: project, recursive: true })).entities;
	/** The dataset of a video, and its images. */
	const imagesIn = async (name: string): Promise<Image[]> => {
		const dataset = (await datasets(into)).find(each => each.name === name);
		return (await ok(server, 'images.list', { datasetId: dataset?.id })).entities;
	};
	/** Every label of an image, with the ids that it got when it was written. */
	const labelsOf = async (images: Image[]) =>
		Promise.all(
			images.map(async ({ id }) => (await ok(server, 'annotations.info', { imageId: id })).annotation.objects),
		);
	const videoOf = async (project: number, name: string): Promise<number> => {
		for (const { id } of await datasets(project)) {
			const { entities } = await ok(server, 'videos.list', { datasetId: id });
			const found = (entities as { id: number; name: string }[]).find(each => each.name === name);
			if (found) return found.id;
		}
		throw new Error(`There is no ${name}`);
	};
	return { server, client, sources, into, sample, datasets, imagesIn, labelsOf, videoOf };
};
const clean = { faults: [], faultCount: 0 };

test('two source projects with videos of the same names: each has its own images and labels', async () => {
	const { sources, sample, imagesIn, labelsOf, videoOf } = await start();
	const settings = { step: 6 };
	await sample(sources[0], settings);
	const before = await imagesIn('first.mp4');
	const labels = await labelsOf(before);
	expect(labels.flat()).not.toEqual([]);

	const second = await sample(sources[1], settings);
	const video = await videoOf(sources[1], 'first.mp4');
	expect(second).toMatchObject({ ...clean, framesPlanned: 10, framesUploaded: 10, framesAlreadyThere: 0 });
	const note = `Video ${video} (first.mp4): dataset "first.mp4" has images of video ${await videoOf(sources[0], 'first.mp4')}, so its images are in dataset "first.mp4 (${video})"`;
	expect(second.notes).toContain(note);
	// Of the first, nothing was touched: a label that is written anew gets another id.
	expect(await imagesIn('first.mp4')).toEqual(before);
	expect(await labelsOf(await imagesIn('first.mp4'))).toEqual(labels);
	const own = await imagesIn(`first.mp4 (${video})`);
	expect(own.map(({ name }) => name)).toEqual(before.map(({ name }) => name));
	expect(own.map(({ labelsCount }) => labelsCount)).toEqual(before.map(({ labelsCount }) => labelsCount));
	for (const { meta } of own) expect(meta).toMatchObject({ video_id: video, video_project_id: sources[1] });

	for (const source of sources) {
		const again = await sample(source, settings);
		expect(again).toMatchObject({ ...clean, framesUploaded: 0, framesAlreadyThere: 10, labels: second.labels });
		expect(again.notes.includes(note)).toBe(source === sources[1]);
	}
	// Also where another selection is wanted.
	expect(await sample(sources[1], { step: 3 })).toMatchObject({ ...clean, framesUploaded: 10, framesAlreadyThere: 10 });
	expect(await imagesIn('first.mp4')).toEqual(before);
});

test('its own dataset is found again, also when the first one is gone by then', async () => {
	const { server, sources, sample, datasets, into, videoOf } = await start();
	await sample(sources[0], { step: 30 });
	await sample(sources[1], { step: 30 });
	for (const { id, name } of await datasets(into)) {
		if (!/^(first\.mp4|second\.mkv)$/.test(name)) continue;
		await ok(server, 'datasets.editInfo', { id, name: `old ${name}` });
	}
	const again = await sample(sources[1], { step: 30 });
	expect(again).toMatchObject({ ...clean, framesUploaded: 0, framesAlreadyThere: 2 });
	const video = await videoOf(sources[1], 'first.mp4');
	expect(again.notes).toContain(`Video ${video} (first.mp4): its images are in dataset "first.mp4 (${video})"`);
});

test('two videos of the same name, sampled into one place', async () => {
	const { server, client, sources, into, videoOf, imagesIn } = await start();
	const place = await ok(server, 'datasets.add', { projectId: into, name: 'place', parentId: null });
	const videos = await Promise.all(sources.map(source => videoOf(source, 'first.mp4')));
	for (const video of videos) {
		const sampled = await sampleVideo(client, video, place.id, { step: 10 });
		expect(sampled).toMatchObject({ ...clean, framesUploaded: 3 });
	}
	expect(await imagesIn('first.mp4')).toHaveLength(3);
	expect(await imagesIn(`first.mp4 (${videos[1]})`)).toHaveLength(3);
});

test('at the same time, by two processes: neither writes to the images of the other', async () => {
	const { server, sources, sample, datasets, into, labelsOf } = await start();
	server.setFaults([{ match: 'datasets.add', share: 1, action: { delayMs: 300 } }]);
	const both = await Promise.all(sources.map(source => sample(source, { step: 6 })));
	for (const each of both) expect(each).toMatchObject({ ...clean, framesUploaded: 10 });
	const all = await datasets(into);
	for (const [at, source] of sources.entries()) {
		const { entities } = await ok(server, 'images.list', { projectId: into, recursive: true });
		const own = (entities as (Image & { datasetId: number })[]).filter(({ meta }) => meta.video_project_id === source);
		expect(own).toHaveLength(10);
		expect((await labelsOf(own)).flat()).toHaveLength(both[at]?.labels ?? 0);
		// A dataset has images of one video alone.
		for (const { datasetId, meta } of own) {
			const { customData } = await ok(server, 'datasets.info', { id: datasetId });
			expect(customData).toMatchObject({ video_id: meta.video_id, video_project_id: source });
		}
	}
	expect(all.filter(({ name }) => /^(first|second)\.\w+( \(\d+\))?$/.test(name))).toHaveLength(4);
});

test('at the same time on one stack: each has its own', async () => {
	const { bench } = await openDeployment();
	onTestFinished(() => bench.close());
	const other = await bench.newSource('other');
	const { id } = await ok(bench.server, 'projects.add', { name: 'both', workspaceId: 1, type: 'images' });
	const started = await Promise.all(
		[bench.source, other].map(projectId =>
			bench.api.start({ source: { projectId }, destination: { projectId: id }, settings: { step: 6 } }),
		),
	);
	for (const { id: sampling } of started)
		expect(await bench.ended(sampling)).toMatchObject({ state: 'completed', framesUploaded: 10, faultCount: 0 });
});

test.each([
	['only their place in a batch', () => ({ frame_index: 0 })],
	[
		'what the SDK leaves on a second run',
		(project: number) => ({ is_sample: true, video_project_id: project, frame_index: 0 }),
	],
	['nothing', () => ({})],
])('images that say %s in a dataset of the same video are gone on with', async (_, metaOf) => {
	const { server, sources, sample, into, videoOf, imagesIn } = await start();
	const [project] = sources;
	const video = await videoOf(project, 'first.mp4');
	const street = await ok(server, 'datasets.add', { projectId: into, name: 'street', parentId: null });
	const dataset = await ok(server, 'datasets.add', { projectId: into, name: 'first.mp4', parentId: street.id });
	const customData = { is_sample: true, video_project_id: project, video_id: video };
	await ok(server, 'datasets.editInfo', { id: dataset.id, customData });
	const [{ hash }] = (await upload(server, [await png(tiny.width, tiny.height)])).body;
	const images = [{ title: 'first.mp4_frame_00.png', hash, meta: metaOf(project) }];
	const [{ id }] = await ok(server, 'images.bulk.add', { datasetId: dataset.id, images });
	const sampled = await sample(project, { step: 15 });
	expect(sampled).toMatchObject({ ...clean, framesUploaded: 3, framesAlreadyThere: 1, notes: [] });
	expect((await imagesIn('first.mp4')).map(image => image.id)).toContain(id);
});

test('an image of another video is left alone, and the frame that wants its name is a fault', async () => {
	const { server, sources, sample, imagesIn, labelsOf } = await start();
	await sample(sources[0], { step: 15 });
	const [there] = await imagesIn('first.mp4');
	const [{ hash }] = (await upload(server, [await png(8, 8)])).body;
	const meta = { video_id: 999_999, video_project_id: sources[1] };
	const { datasetId } = there as Image & { datasetId: number };
	const images = [{ title: 'first.mp4_frame_10.png', hash, meta }];
	const [foreign] = await ok(server, 'images.bulk.add', { datasetId, images });
	for (let run = 0; run < 2; run++) {
		const sampled = await sample(sources[0], { step: 5 });
		expect(sampled).toMatchObject({ framesPlanned: 12, faultCount: 1 });
		expect(sampled.framesUploaded + sampled.framesAlreadyThere).toBe(11);
		expect(sampled.faults).toMatchObject([{ reason: 'name-taken', frame: 10, video: { name: 'first.mp4' } }]);
		expect(await labelsOf([foreign])).toEqual([[]]);
	}
});

test('two datasets of other videos in its place are a fault that names both', async () => {
	const { server, sources, into, sample, videoOf } = await start();
	const video = await videoOf(sources[0], 'first.mp4');
	const street = await ok(server, 'datasets.add', { projectId: into, name: 'street', parentId: null });
	for (const name of ['first.mp4', `first.mp4 (${video})`]) {
		const { id } = await ok(server, 'datasets.add', { projectId: into, name, parentId: street.id });
		await ok(server, 'datasets.editInfo', { id, customData: { video_id: 999_999 } });
	}
	const sampled = await sample(sources[0], { step: 30 });
	expect(sampled).toMatchObject({ framesUploaded: 1, faultCount: 1 });
	expect(sampled.faults).toMatchObject([
		{ reason: 'name-taken', message: expect.stringContaining(`"first.mp4" and "first.mp4 (${video})" both have`) },
	]);
});
