import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, expect, type TestContext, test } from 'vitest';
import { type DescribedImage, type DescribedProject, type Extent, eachImage } from '#test/parity/described-project.ts';
import { richDatasets, richMeta, size } from '#test/parity/rich-project.ts';
import { readSource, type SourceProject } from '#test/parity/source-project.ts';
import { writeVideoProject } from '#test/parity/video-project.ts';
import { ok } from '#test/supervisely-server.ts';
import { rules, type Sampled } from './corrections.ts';
import { type Samplers, startSamplers } from './samplers.ts';
import { supervisely } from './sdk-environment.ts';

/** What both are asked for, each in its own words. */
type Option = {
	settings: { copy_annotations?: boolean; [setting: string]: unknown };
	args: (string | number)[];
	/** The only dataset that is taken, by its place. */
	dataset?: string;
	/** The only video that is taken, by its place. */
	video?: string;
	/** Whether both go on with a project that the SDK began. */
	begun?: boolean;
};

const labels = { copy_annotations: true };
/** The SDK fails there: its labels don't fit. */
const smaller = 'made smaller unequally';
const options: Record<string, Option> = {
	'everything with labels': { settings: labels, args: [] },
	'copies no labels': { settings: {}, args: ['--no-labels'] },
	'every third of the annotated frames': {
		settings: { ...labels, annotated: true, step: 3 },
		args: ['--annotated', '--step', 3],
	},
	'a range with a step': {
		settings: { ...labels, start: 1, end: 9, step: 2 },
		args: ['--start', 1, '--end', 9, '--step', 2],
	},
	'enlarged unequally': { settings: { ...labels, resize: [60, 100] }, args: ['--resize', '60x100'] },
	[smaller]: { settings: { ...labels, resize: [20, 32] }, args: ['--resize', '20x32'] },
	'images alone, made smaller': { settings: { resize: [20, 32] }, args: ['--resize', '20x32', '--no-labels'] },
	'one dataset of a tree': { settings: labels, args: [], dataset: 'day/dusk/night' },
	'one video': { settings: labels, args: [], video: 'day/lossy.mp4' },
	'into a project that the SDK began': { settings: labels, args: [], begun: true },
};

type Both = { sdk: DescribedProject; framefan: DescribedProject; sampled: Sampled; sdkError: string | null };

let samplers: Samplers | undefined;
let running: Promise<Map<string, Both>> | undefined;
const fired = new Set<string>();
afterAll(() => samplers?.close());

const resultOf = async (context: TestContext, option: string): Promise<Both> => {
	const run = await supervisely(context);
	running ??= startSamplers(run).then(started => {
		samplers = started;
		return sampleAll(started);
	});
	return (await running).get(option) as Both;
};

/** Both samplers on every option. What the SDK does, it does in one process, and reads all of it in another. */
const sampleAll = async (both: Samplers): Promise<Map<string, Both>> => {
	const { server, folder } = both;
	await writeVideoProject(join(folder, 'rich'), size, richMeta, await richDatasets());
	const source = await readSource(server, (await server.importVideoProject(join(folder, 'rich'))).id);
	const begun = await makeBegun(both, source);
	const prepared = [await makePrepared(both, 'prepared'), await makePrepared(both, 'prepared_001')] as const;
	const [beforeBegun, beforePrepared] = await both.describe([{ id: begun[0] }, { id: prepared[0].project }]);

	const runs = await both.sdk(
		Object.values(options).map(({ settings, dataset, video, begun: goesOn }) => {
			if (video) return { video: source.videos.get(video)?.id as number, settings, dataset: prepared[0].dataset };
			const only = dataset ? { datasets: [source.datasets.get(dataset)?.id as number] } : {};
			return { source: source.id, settings, ...only, ...(goesOn ? { into: begun[0] } : {}) };
		}),
	);
	const found: { option: Option; sdk: number; sdkError: string | null; framefan: number }[] = [];
	for (const [at, option] of Object.values(options).entries()) {
		const { project, error } = runs[at] as (typeof runs)[number];
		const only = option.dataset ? ['--dataset', source.datasets.get(option.dataset)?.id as number] : [];
		const one = option.video ? ['--video', source.videos.get(option.video)?.id as number] : [];
		const into = option.video ? ['--into', prepared[1].project] : option.begun ? ['--into', begun[1]] : [];
		const result = await both.framefan(source.id, ...option.args, ...only, ...one, ...into);
		if (result.state !== 'completed') throw new Error(JSON.stringify(result));
		const { id } = result.destination as { id: number };
		found.push({ option, sdk: project ?? prepared[0].project, sdkError: error, framefan: id });
	}
	const described = await both.describe(
		found.flatMap(({ option, sdk, framefan }) => [
			{ id: sdk, resize: option.settings.resize as Extent | undefined },
			{ id: framefan },
		]),
	);
	const names = Object.keys(options);
	const results = new Map(
		names.map((name, at): [string, Both] => {
			const { option, sdkError } = found[at] as (typeof found)[number];
			const { copy_annotations: copies, resize } = option.settings;
			const before = option.video ? beforePrepared : option.begun ? beforeBegun : undefined;
			const sampled = {
				source,
				labels: copies === true,
				...(resize ? { resize: resize as Extent } : {}),
				...(before ? { before } : {}),
			};
			const [sdk, framefan] = described.slice(2 * at, 2 * at + 2) as [DescribedProject, DescribedProject];
			return [name, { sdk, framefan, sampled, sdkError }];
		}),
	);
	// Where the SDK got no labels in, those that it brings to pictures of the full size are resized.
	const [whole] = await both.describe([{ id: found[0]?.sdk as number, resize: [20, 32] }]);
	const failed = results.get(smaller) as Both;
	failed.sdk = structuredClone(results.get('images alone, made smaller')?.sdk as DescribedProject);
	eachImage(failed.sdk, (image, { path, name }) => {
		const full = (whole as DescribedProject).datasets[path]?.images[name] as DescribedImage;
		Object.assign(image, { annotationSize: full.annotationSize, tags: full.tags, labels: full.labels });
	});
	return results;
};

/** Two projects that the SDK began, with classes, a tag, custom data and settings of their own. */
const makeBegun = async ({ server, sdk }: Samplers, source: SourceProject): Promise<[number, number]> => {
	const own = {
		classes: [
			{ title: 'own', shape: 'rectangle', color: '#010203' },
			{ title: 'car', shape: 'rectangle', color: '#040506', hotkey: 'x' },
			{ title: 'field', shape: 'any', color: '#040506' },
		],
		tags: [
			{ name: 'own', value_type: 'any_string', color: '#010203' },
			{ name: 'mood', value_type: 'oneof_string', values: ['wild', 'calm'], color: '#010203' },
		],
	};
	const make = async (name: string): Promise<number> => {
		const { id } = await ok(server, 'projects.add', { name, workspaceId: 1, type: 'images', customData: { own: 1 } });
		await ok(server, 'projects.meta.update', { id, meta: own });
		return id;
	};
	const made: [number, number] = [await make('begun'), await make('begun_001')];
	const datasets = ['day', 'day/dusk/night'].map(path => source.datasets.get(path)?.id as number);
	const runs = await sdk(made.map(into => ({ source: source.id, settings: { ...labels, end: 3 }, datasets, into })));
	expect(runs.map(({ error }) => error)).toEqual([null, null]);
	const settings = { groupImages: true, groupImagesSync: true };
	for (const id of made) await ok(server, 'projects.settings.update', { id, settings });
	return made;
};

/** A project that is ready for `sample_video`, which neither touches its meta nor makes the dataset above the video's. */
const makePrepared = async ({ server }: Samplers, name: string): Promise<{ project: number; dataset: number }> => {
	const { id } = await ok(server, 'projects.add', { name, workspaceId: 1, type: 'images' });
	const common = { hotkey: '', applicable_type: 'objectsOnly', classes: [], target_type: 'all', color: '#070809' };
	const sampling = [
		{ name: 'object_id', value_type: 'any_number', ...common },
		{ name: 'auto-tracked', value_type: 'none', ...common },
	];
	const { classes, tags } = richMeta;
	await ok(server, 'projects.meta.update', { id, meta: { classes, tags: [...tags, ...sampling] } });
	const dataset = await ok(server, 'datasets.add', { projectId: id, name: 'day', parentId: null });
	return { project: id, dataset: dataset.id };
};

/** The SDK's project after every correction; those that changed something have fired. */
const corrected = (sdk: DescribedProject, sampled: Sampled): DescribedProject => {
	const project = structuredClone(sdk);
	for (const [name, correct] of Object.entries(rules)) {
		const before = structuredClone(project);
		correct(project, sampled);
		if (!isDeepStrictEqual(project, before)) fired.add(name);
	}
	return project;
};

/** Without what differs between two projects of one workspace, and between two samplings. */
const comparable = (project: DescribedProject): DescribedProject => {
	const { framefan, ...customData } = project.customData as { framefan?: { state: string } };
	return {
		...project,
		name: project.name.replace(/_\d{3}$/, ''),
		customData: { ...customData, ...(framefan ? { framefan: { state: framefan.state } } : {}) },
	};
};

const expectEqual = (framefan: DescribedProject, sdk: DescribedProject): void => {
	const { datasets: ours, ...project } = comparable(framefan);
	const { datasets: theirs, ...expected } = comparable(sdk);
	expect(project).toEqual(expected);
	expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
	for (const [path, { images, ...dataset }] of Object.entries(ours)) {
		const { images: expectedImages, ...expectedDataset } = theirs[path] as (typeof theirs)[string];
		expect(dataset, path).toEqual(expectedDataset);
		expect(Object.keys(images), path).toEqual(Object.keys(expectedImages));
		for (const [name, image] of Object.entries(images)) expect(image, name).toEqual(expectedImages[name]);
	}
};

test.for(Object.keys(options))('%s', async (name, context) => {
	const { sdk, framefan, sampled, sdkError } = await resultOf(context, name);
	if (name === smaller) expect(sdkError).toMatch(/annotations\.bulk\.add.*out of the bounds of the image, 32 x 20/);
	else expect(sdkError).toBe(null);
	expectEqual(framefan, corrected(sdk, sampled));
});

test('where tags count, frames on which one with a range holds are annotated too', async context => {
	const { sampled } = await resultOf(context, 'copies no labels');
	const { id, videos } = sampled.source;
	const result = await (samplers as Samplers).framefan(id, '--annotated-by-tags', '--no-labels');
	const wanted = [...videos.values()].map(({ annotation: { tags, frames } }) => {
		const tagged = tags.flatMap(({ frameRange, isFinished }) => {
			const [first, last] = frameRange ?? [0, -1];
			return Array.from({ length: isFinished === false ? 1 : last - first + 1 }, (_, at) => first + at);
		});
		const withFigures = frames.filter(({ figures }) => figures.length > 0).map(({ index }) => index);
		return new Set([...tagged, ...withFigures]).size;
	});
	expect(result).toMatchObject({ state: 'completed', framesPlanned: wanted.reduce((sum, count) => sum + count) });
});

test('every correction is needed', () => {
	expect([...fired].sort()).toEqual(Object.keys(rules).sort());
});
