import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, type TestContext, test } from 'vitest';
import type { DescribedImage, DescribedLabel, DescribedProject } from '#test/parity/described-project.ts';
import { type HardVideo, hardDatasets, hardMeta, makeHardVideos } from '#test/parity/hard-videos.ts';
import { size } from '#test/parity/rich-project.ts';
import { readSource, type SourceProject } from '#test/parity/source-project.ts';
import { writeVideoProject } from '#test/parity/video-project.ts';
import { ok } from '#test/supervisely-server.ts';
import { rules } from './corrections.ts';
import { type FramefanResult, type Samplers, startSamplers } from './samplers.ts';
import { supervisely } from './sdk-environment.ts';

const videos = await makeHardVideos();
const names = Object.keys(videos);
const common = { hotkey: '', applicable_type: 'objectsOnly', classes: [], target_type: 'all', color: '#070809' };
const samplingTags = [
	{ name: 'object_id', value_type: 'any_number', ...common },
	{ name: 'auto-tracked', value_type: 'none', ...common },
];
const labels = { copy_annotations: true };

type Started = { samplers: Samplers; source: SourceProject };
let starting: Promise<Started> | undefined;
afterAll(async () => (await starting)?.samplers.close());

const start = async (context: TestContext): Promise<Started> => {
	const run = await supervisely(context);
	starting ??= startSamplers(run).then(async samplers => {
		const folder = join(samplers.folder, 'hard');
		await writeVideoProject(folder, size, hardMeta, hardDatasets(videos));
		return {
			samplers,
			source: await readSource(samplers.server, (await samplers.server.importVideoProject(folder)).id),
		};
	});
	return starting;
};

const addProject = async ({ server }: Samplers, name: string, meta: object): Promise<number> => {
	const { id } = await ok(server, 'projects.add', { name, workspaceId: 1, type: 'images' });
	await ok(server, 'projects.meta.update', { id, meta });
	return id;
};

const datasetId = (source: SourceProject, path: string) => source.datasets.get(path)?.id as number;
const imagesOf = (project: DescribedProject, dataset: string): DescribedImage[] =>
	Object.values(project.datasets[dataset]?.images ?? {});

/** Objects of different videos have different ids, which other tests look at. */
const withoutObjectId = (label: DescribedLabel | undefined) => ({
	...label,
	tags: label?.tags.filter(([name]) => name !== 'object_id'),
});

describe('one thing that makes the SDK give up a video', () => {
	type Sampled = {
		sdkErrors: (string | null)[];
		clean: DescribedProject;
		framefan: DescribedProject;
		result: FramefanResult;
	};
	let sampling: Promise<Sampled> | undefined;

	const sample = async ({ samplers, source }: Started): Promise<Sampled> => {
		const { server } = samplers;
		const meta = { classes: hardMeta.classes, tags: [...hardMeta.tags, ...samplingTags] };
		const into = await addProject(samplers, 'attempts', meta);
		const { id: dataset } = await ok(server, 'datasets.add', { projectId: into, name: 'hard', parentId: null });
		const attempts = names.map(name => source.videos.get(`hard/${name}.mp4`)?.id as number);
		const [clean, ...runs] = await samplers.sdk([
			{ source: source.id, settings: labels, into, datasets: [datasetId(source, 'clean')] },
			...attempts.map(video => ({ video, settings: labels, dataset })),
		]);
		expect(clean?.error).toBe(null);
		const result = await samplers.framefan(source.id);
		const [sdk, framefan] = await samplers.describe([{ id: into }, { id: result.destination?.id as number }]);
		return {
			sdkErrors: runs.map(({ error }) => error),
			clean: sdk as DescribedProject,
			framefan: framefan as DescribedProject,
			result,
		};
	};

	test.for(names)('%s: its figure is told or carried over, and the rest goes on', async (name, context) => {
		const started = await start(context);
		sampling ??= sample(started);
		const { sdkErrors, clean, framefan, result } = await sampling;
		const { sdkError, adds, faults } = videos[name] as HardVideo;
		expect(sdkErrors[names.indexOf(name)]).toMatch(sdkError);
		const expected = imagesOf(clean, 'clean/clean.mp4');
		const images = imagesOf(framefan, `hard/${name}.mp4`);
		expect(images.map(({ pixels }) => pixels)).toEqual(expected.map(({ pixels }) => pixels));
		for (const [frame, image] of images.entries()) {
			const [first, ...more] = image.labels;
			expect(image.tags).toEqual(expected[frame]?.tags);
			expect(withoutObjectId(first)).toEqual(withoutObjectId(expected[frame]?.labels[0]));
			expect(more.map(({ tags: _, ...label }) => label)).toEqual(adds);
			const told = result.faults.filter(fault => fault.video?.name === `${name}.mp4` && fault.frame === frame);
			expect(told.map(({ message }) => message)).toEqual(faults.map(text => expect.stringMatching(text)));
		}
	});
});

test('end-clamped: an end beyond the last frame', async context => {
	const { samplers, source } = await start(context);
	const datasets = [datasetId(source, 'clean')];
	const [sdk] = await samplers.sdk([{ source: source.id, settings: { ...labels, end: 9 }, datasets }]);
	expect(sdk?.error).toMatch(/Frame 3 not found/);
	const result = await samplers.framefan(source.id, '--end', 9, '--dataset', ...datasets);
	expect(result).toMatchObject({ state: 'completed', framesUploaded: 3, faults: [] });
	expect(result.stderr).toContain('end is 9, the video ends after 3 frames');
});

test('meta-written: a source that has the two tags of sampling already', async context => {
	const { samplers } = await start(context);
	const folder = join(samplers.folder, 'sampled before');
	const meta = { ...hardMeta, tags: [...hardMeta.tags, ...samplingTags] };
	const video = { name: 'a.mp4', frames: 2, encoding: 'lossy' as const, labels: null };
	await writeVideoProject(folder, size, meta, [{ path: ['one'], videos: [video] }]);
	const { id } = await samplers.server.importVideoProject(folder);
	const [sdk] = await samplers.sdk([{ source: id, settings: {} }]);
	const { destination } = await samplers.framefan(id);
	const [theirs, ours] = await samplers.describe([{ id: sdk?.project as number }, { id: destination?.id as number }]);
	const source = await readSource(samplers.server, id);
	expect(theirs?.meta).toEqual({ classes: [], tags: [] });
	expect(ours?.meta).toMatchObject({
		classes: source.meta.classes.map(({ id: _, ...each }) => each),
		tags: source.meta.tags.map(({ id: _, ...each }) => each),
	});
});

test('object-id-type: a destination whose tag object_id is of another type', async context => {
	const { samplers, source } = await start(context);
	const meta = { classes: [], tags: [{ ...samplingTags[0], value_type: 'any_string' }] };
	const datasets = [datasetId(source, 'clean')];
	const into = [await addProject(samplers, 'text', meta), await addProject(samplers, 'text too', meta)] as const;
	const [sdk] = await samplers.sdk([{ source: source.id, settings: labels, datasets, into: into[0] }]);
	expect(sdk?.error).toMatch(/Error/);
	const result = await samplers.framefan(source.id, '--into', into[1], '--dataset', ...datasets);
	expect(result.state).toBe('failed');
	expect(result.faults[0]?.message).toMatch(/tag "object_id" of type any_string.*rename the destination's tag/);
	const [theirs, ours] = await samplers.describe([{ id: into[0] }, { id: into[1] }]);
	// The SDK finds out when the images are there.
	expect(imagesOf(theirs as DescribedProject, 'clean/clean.mp4')).toHaveLength(3);
	expect(ours?.datasets).toEqual({});
});

test('docs/corrections.md names every correction, and no other', () => {
	const tables = readFileSync(join(import.meta.dirname, '../../docs/corrections.md'), 'utf8');
	const lastColumn = tables.split('\n').map(line => line.split('|').at(-2) ?? '');
	const named = lastColumn.flatMap(cell => [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
	const alone = ['end-clamped', 'meta-written', 'object-id-type'];
	expect(named.sort()).toEqual([...Object.keys(rules), ...names, ...alone].sort());
});
