import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { SuperviselyServer } from '#demo/server/server.ts';
import { SuperviselyClient, sampleVideoProject } from '#library/index.ts';
import type { ImageRows } from '#shared/sampling/image-rows.ts';
import type { ManifestRow } from '#shared/sampling/manifest.ts';
import { openDeployment } from '#test/deployment.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { runStages } from '#test/run-stages.ts';
import { writeSceneProject } from '#test/scene-video.ts';
import { ok, serve, temporaryFolder } from '#test/supervisely-server.ts';
import { writeTinyVideoProject } from '#test/tiny-video-project.ts';

/** A server with the tiny project. */
const start = async () => {
	const server = await serve();
	const folder = await temporaryFolder();
	await writeTinyVideoProject(join(folder, 'tiny'));
	const { id: source } = await server.importVideoProject(join(folder, 'tiny'));
	return { server, source, folder };
};

type Tagged = { split: string | null; tags: string[]; labels: number };

/** The tags and the number of labels of all images of a project, by id. */
const imagesOf = async (server: SuperviselyServer, projectId: number): Promise<Map<number, Tagged>> => {
	const { entities } = await ok(server, 'images.list', { projectId, recursive: true });
	const found = new Map<number, Tagged>();
	for (const { id } of entities as { id: number }[]) {
		const { annotation } = await ok(server, 'annotations.info', { imageId: id });
		const tags = annotation.tags as { name: string; value?: string }[];
		const [split, ...more] = tags.filter(({ name }) => name === 'split');
		expect(more).toEqual([]);
		found.set(id, {
			split: split?.value ?? null,
			tags: tags.map(({ name }) => name).filter(name => name !== 'split'),
			labels: annotation.objects.length,
		});
	}
	return found;
};

const splitsOf = (images: Map<number, Tagged>) => [...images].map(([id, { split }]) => [id, split]);
const withoutSplit = (images: Map<number, Tagged>) => [...images].map(([id, { split, ...rest }]) => [id, rest]);

test('each image has its split as a tag and in the manifest; another seed changes the tags', async () => {
	const { bench, env } = await openDeployment();
	onTestFinished(() => bench.close());
	const { server, source, stack, api } = bench;
	const sample = async (...options: string[]) => {
		const where = ['--api', stack.httpUrl, '--project', String(source), '--json'];
		const run = await runFramefan(['sample', ...where, '--format', 'jpg', ...options], env);
		expect(run.code, run.stderr).toBe(0);
		const result = lastJson(run.stdout) as { destination: { id: number }; framesUploaded: number };
		const { samplings } = await api.list({ limit: 1 });
		const { images: rows } = await api.images(samplings[0]?.id as string);
		return { ...result, rows, images: await imagesOf(server, result.destination.id) };
	};
	const shares = ['--split', 'train=0.4,val=0.3,test=0.3', '--split-by', 'time', '--split-block', '1s'];
	const split = [...shares, '--split-gap', '300ms'];
	const first = await sample(...split, '--split-seed', '3');
	expect(first.rows).toHaveLength(60);
	const told = (rows: ManifestRow[]) => new Map(rows.map(row => [row.image_id, row.split]));
	expect(new Map(splitsOf(first.images) as [number, string | null][])).toEqual(told(first.rows));
	const counts = new Set(first.rows.map(row => row.split));
	expect(counts.size).toBeGreaterThan(2);
	expect(counts).toContain(null);
	for (const one of first.rows)
		for (const other of first.rows) {
			if (one.video_id !== other.video_id || one.split === other.split || !one.split || !other.split) continue;
			expect(Math.abs((one.seconds as number) - (other.seconds as number))).toBeGreaterThan(0.3 - 1e-9);
		}
	expect([...first.images.values()].every(({ tags, labels }) => tags.includes('sunny') && labels >= 4)).toBe(true);
	const { tags } = await ok(server, 'projects.meta', { id: first.destination.id });
	expect((tags as object[]).at(-1)).toMatchObject({
		...{ name: 'split', value_type: 'oneof_string', values: ['train', 'val', 'test'] },
	});

	const into = ['--into', String(first.destination.id)];
	const second = await sample(...split, '--split-seed', '4', ...into);
	expect(second.framesUploaded).toBe(0);
	expect(new Map(splitsOf(second.images) as [number, string | null][])).toEqual(told(second.rows));
	expect(splitsOf(second.images)).not.toEqual(splitsOf(first.images));
	expect(withoutSplit(second.images)).toEqual(withoutSplit(first.images));

	// A third run finds every tag as it should be, and writes none.
	const written = () => server.counters()['annotations.bulk.add']?.requests ?? 0;
	const before = written();
	const client = new SuperviselyClient(server.address, server.token);
	const again = (seed: number) =>
		sampleVideoProject(
			client,
			source,
			{ format: 'jpg', split: { train: 0.4, val: 0.3, test: 0.3, by: 'time', block: '1s', gap: '300ms', seed } },
			{ destinationProjectId: first.destination.id },
		);
	await again(4);
	expect(written()).toBe(before);
	await again(3);
	expect(written()).toBeGreaterThan(before);
	expect(splitsOf(await imagesOf(server, first.destination.id))).toEqual(splitsOf(first.images));
});

describe('without labels', () => {
	const settings = { step: 3, split: { train: 0.5, val: 0.5, by: 'time', block: '1s', gap: '0s' } } as const;

	test('the tag is written, changed and removed, and other tags stay', async () => {
		const { server, source } = await start();
		const client = new SuperviselyClient(server.address, server.token);
		const bare = { ...settings, copyAnnotations: false };
		const { destination, framesUploaded, labels } = await sampleVideoProject(client, source, bare);
		expect([framesUploaded, labels]).toEqual([20, 0]);
		const first = await imagesOf(server, destination.id);
		expect(new Set([...first.values()].map(({ split }) => split))).toEqual(new Set(['train', 'val']));
		const [id] = first.keys();
		const { annotation, datasetId } = await ok(server, 'annotations.info', { imageId: id });
		const own = { ...annotation, tags: [...annotation.tags, { name: 'sunny' }], description: 'by hand' };
		await ok(server, 'annotations.bulk.add', { datasetId, annotations: [{ imageId: id, annotation: own }] });

		const again = (more: object) =>
			sampleVideoProject(
				client,
				source,
				{ ...bare, split: { ...settings.split, ...more } },
				{
					destinationProjectId: destination.id,
				},
			);
		expect(await again({ seed: 8 })).toMatchObject({ framesUploaded: 0, faultCount: 0, notes: [] });
		const second = await imagesOf(server, destination.id);
		expect(splitsOf(second)).not.toEqual(splitsOf(first));
		expect([...second.values()].every(({ split }) => split !== null)).toBe(true);
		expect(second.get(id as number)?.tags).toEqual(['sunny']);
		expect((await ok(server, 'annotations.info', { imageId: id })).annotation.description).toBe('by hand');
		await again({ gap: '900ms', seed: 8 });
		expect([...(await imagesOf(server, destination.id)).values()].map(({ split }) => split)).toContain(null);
	});

	test('an image with labels keeps them and its tag, and a note says so', async () => {
		const { server, source } = await start();
		const client = new SuperviselyClient(server.address, server.token);
		const { destination } = await sampleVideoProject(client, source, settings);
		const before = await imagesOf(server, destination.id);
		const bare = { ...settings, split: { ...settings.split, seed: 8 }, copyAnnotations: false };
		const into = { destinationProjectId: destination.id };
		const { notes, faultCount } = await sampleVideoProject(client, source, bare, into);
		expect(await imagesOf(server, destination.id)).toEqual(before);
		expect(faultCount).toBe(0);
		expect(notes.join()).toMatch(
			/images, such as .*_frame_\d+\.png, have labels and another split, or none: labels are not copied/,
		);
	});
});

test('by scene: however a video is cut, and whatever range is taken', async () => {
	const server = await serve();
	const folder = join(await temporaryFolder(), 'scenes');
	await writeSceneProject(folder);
	const { id: source } = await server.importVideoProject(folder);
	// Scenes begin at the frames 0, 24 and 48, and a second has 10 frames.
	const split = { train: 0.4, val: 0.3, test: 0.3, by: 'scene', gap: '500ms' };
	const run = async (settings: object, framesPerChunk: number) => {
		const body = { source: { projectId: source }, settings: { split, ...settings } };
		const { documents } = await runStages(server, body, { framesPerChunk });
		const rows = Object.entries(documents).flatMap(([key, value]) =>
			/\/images\//.test(key) ? (value as ImageRows).rows : [],
		);
		return new Map(rows.sort((a, b) => a.frame - b.frame).map(row => [row.frame, row.split]));
	};
	const whole = await run({}, 9);
	expect(whole.size).toBe(60);
	const inOrder = [...whole.values()];
	for (const [from, to] of [
		[0, 20],
		[24, 44],
		[48, 60],
	] as const)
		expect(new Set(inOrder.slice(from, to)).size, `frames ${from} to ${to}`).toBe(1);
	for (const border of [24, 48]) {
		const [before, after] = [inOrder[border - 10], inOrder[border]];
		for (let frame = border - 4; frame < border; frame++) expect(inOrder[frame]).toBe(before === after ? before : null);
	}
	expect(new Set(inOrder).size).toBeGreaterThan(1);
	expect(await run({}, 60)).toEqual(whole);
	const part = await run({ start: 20, end: 50, step: 3 }, 4);
	expect(part.size).toBe(10);
	for (const [frame, split] of part) expect(split, `frame ${frame}`).toBe(whole.get(frame));
});
