import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { SuperviselyClient, sampleVideo, sampleVideoDataset, sampleVideoProject } from '#library/index.ts';
import { installedFfmpeg } from '#shared/video/ffmpeg-path.ts';
import { ok, serve, temporaryFolder } from '#test/supervisely-server.ts';
import { tiny, writeTinyVideoProject } from '#test/tiny-video-project.ts';

/** A server with the tiny project: `street` with `first.mp4`, and in it `night` with `second.mkv`. */
const start = async () => {
	const server = await serve();
	const folder = join(await temporaryFolder(), 'tiny');
	await writeTinyVideoProject(folder);
	const { id } = await server.importVideoProject(folder);
	const client = new SuperviselyClient(server.address, server.token);
	/** Images of a project by the datasets that lead to them. */
	const imagesOf = async (project: number): Promise<Record<string, { id: number; name: string }[]>> => {
		const { entities } = await ok(server, 'datasets.list', { projectId: project, recursive: true });
		const datasets = entities as { id: number; name: string; parentId: number | null }[];
		const pathOf = (dataset: (typeof datasets)[number]): string => {
			const parent = datasets.find(({ id: other }) => other === dataset.parentId);
			return parent ? `${pathOf(parent)}/${dataset.name}` : dataset.name;
		};
		const found: Record<string, { id: number; name: string }[]> = {};
		for (const dataset of datasets) {
			found[pathOf(dataset)] = (await ok(server, 'images.list', { datasetId: dataset.id })).entities;
		}
		return found;
	};
	return { server, client, source: id, imagesOf };
};

const names = (video: string, step = 1) =>
	Array.from({ length: Math.ceil(tiny.frames / step) }, (_, at) => {
		return `${video}_frame_${String(at * step).padStart(2, '0')}.png`;
	});

test('a project is sampled in this process, with labels, and a second call goes on with it', async () => {
	const { server, client, source, imagesOf } = await start();
	const progress: { framesPlanned: number; framesDone: number }[] = [];
	const result = await sampleVideoProject(client, source, { step: 3 }, { onProgress: each => progress.push(each) });
	expect(result).toMatchObject({ framesPlanned: 20, framesUploaded: 20, framesAlreadyThere: 0, faults: [], videos: 2 });
	expect(result.destination.name).toBe('tiny(images)');
	expect(progress.at(-1)).toMatchObject({ framesPlanned: 20, framesDone: 20 });
	expect(progress.map(({ framesDone }) => framesDone)).toEqual(
		progress.map(({ framesDone }) => framesDone).sort((a, b) => a - b),
	);
	const images = await imagesOf(result.destination.id);
	expect(images['street/first.mp4']?.map(({ name }) => name)).toEqual(names('first.mp4', 3));
	expect(images['street/night/second.mkv']?.map(({ name }) => name)).toEqual(names('second.mkv', 3));
	const { annotation } = await ok(server, 'annotations.info', { imageId: images['street/first.mp4']?.[0]?.id });
	expect(annotation.objects.map((label: { classTitle: string }) => label.classTitle).sort()).toEqual(
		['blob', 'car', 'field', 'fog', 'lane', 'pair', 'spot'].sort(),
	);
	const again = await sampleVideoProject(client, source, {}, { destinationProjectId: result.destination.id });
	expect(again).toMatchObject({ framesPlanned: 60, framesUploaded: 40, framesAlreadyThere: 20, faults: [] });
	expect((await imagesOf(result.destination.id))['street/first.mp4']).toHaveLength(tiny.frames);
});

test('a dataset goes below another, with all below it; a video goes where it is told', async () => {
	const { server, client, source, imagesOf } = await start();
	const { id } = await ok(server, 'projects.add', { name: 'mine', workspaceId: 1, type: 'images' });
	const above = await ok(server, 'datasets.add', { projectId: id, name: 'above', parentId: null });
	const { entities } = await ok(server, 'datasets.list', { projectId: source });
	const place = { projectId: id, parentDatasetId: above.id };
	const tree = await sampleVideoDataset(client, entities[0].id, place, { step: 10, resize: [60, 80] });
	expect(tree).toMatchObject({ framesUploaded: 6, faults: [], destination: { id, name: 'mine' } });
	const [video] = (await ok(server, 'videos.list', { datasetId: entities[0].id })).entities;
	const alone = await sampleVideo(client, video.id, above.id, { end: 2, copyAnnotations: false });
	expect(alone).toMatchObject({ videos: 1, framesUploaded: 2, labels: 0, faults: [] });
	expect(Object.fromEntries(Object.entries(await imagesOf(id)).map(([path, found]) => [path, found.length]))).toEqual({
		above: 0,
		'above/street': 0,
		'above/street/first.mp4': 3,
		'above/street/night': 0,
		'above/street/night/second.mkv': 3,
		'above/first.mp4': 2,
	});
});

test('what can not be done is said by the value and the limit, and makes nothing', async () => {
	const { server, client, source } = await start();
	const projects = server.projects().length;
	await expect(sampleVideoProject(client, source, { step: 0 })).rejects.toThrow(
		/^step is 0: it must be a whole number from 1$/,
	);
	await expect(sampleVideoProject(client, 999_999, {})).rejects.toThrow('There is no project 999999 (the source)');
	await expect(sampleVideo(client, 999_999, 1, {})).rejects.toThrow('There is no video 999999');
	await expect(sampleVideoDataset(client, 999_999, { projectId: 1 }, {})).rejects.toThrow('There is no dataset 999999');
	expect(server.projects()).toHaveLength(projects);
});

test('an aborted sampling ends, and the same call goes on with what is there', async () => {
	const { server, client, source, imagesOf } = await start();
	const stop = new AbortController();
	const { signal } = stop;
	const name = 'cut off';
	const onProgress = ({ framesDone }: { framesDone: number }) => framesDone > 0 && stop.abort(new Error('enough'));
	await expect(sampleVideoProject(client, source, {}, { name, signal, onProgress })).rejects.toThrow('enough');
	const { id: cut } = server.projects().find(project => project.name === name) as { id: number };
	const rest = await sampleVideoProject(client, source, {}, { destinationProjectId: cut });
	expect(rest.framesPlanned).toBe(60);
	expect(rest.framesAlreadyThere).toBeGreaterThan(0);
	expect((await imagesOf(cut))['street/first.mp4']).toHaveLength(tiny.frames);
});

test('a server that fails for a while costs nothing but time', async () => {
	const { server, client, source } = await start();
	server.setFaults([
		{ match: 'images.bulk.add', share: 0.4, seed: 3, action: { status: 503 } },
		{ match: 'annotations.bulk.add', share: 0.4, seed: 5, action: { cutBody: true } },
	]);
	const result = await sampleVideoProject(client, source, { step: 5 });
	expect(result).toMatchObject({ framesPlanned: 12, framesUploaded: 12, faults: [] });
});

test.runIf(process.platform === 'linux' && process.arch === 'x64').each([1, 2])(
	'with a concurrency of %i so many chunks are decoded at a time',
	async concurrency => {
		const { client, source } = await start();
		const folder = await temporaryFolder();
		const [ffmpeg, log] = [join(folder, 'ffmpeg'), join(folder, 'log')];
		// Decoders of chunks say when they come, and begin three seconds later.
		const decode = `date +%s%3N >> '${log}'; sleep 3; exec '${installedFfmpeg()}' "$@"`;
		writeFileSync(ffmpeg, `#!/bin/sh\ncase "$*" in *pgmyuv*) ${decode};; *) exec '${installedFfmpeg()}' "$@";; esac\n`);
		chmodSync(ffmpeg, 0o755);
		vi.stubEnv('FFMPEG_PATH', ffmpeg);
		onTestFinished(() => void vi.unstubAllEnvs());
		const { framesUploaded } = await sampleVideoProject(client, source, { step: 3 }, { concurrency });
		expect(framesUploaded).toBe(20);
		const [first = 0, second = 0, ...more] = readFileSync(log, 'utf8').trim().split('\n').map(Number);
		expect(more).toEqual([]);
		expect(second - first < 3000).toBe(concurrency === 2);
	},
);

test('a concurrency that is none is refused by name', async () => {
	const { client, source } = await start();
	for (const concurrency of [0, 1.5, Number.NaN])
		await expect(sampleVideoProject(client, source, {}, { concurrency })).rejects.toThrow(
			`concurrency is ${concurrency}`,
		);
});

test('progress reaches its end although frames are dropped', async () => {
	const { client, source } = await start();
	const progress: { framesPlanned: number; framesDone: number }[] = [];
	const onProgress = (each: (typeof progress)[number]) => void progress.push(each);
	const { dropped } = await sampleVideoProject(
		client,
		source,
		{ frameQuality: { minBrightness: 255, evenLabelled: true } },
		{ onProgress },
	);
	expect(dropped?.dark).toBe(2 * tiny.frames);
	expect(progress.at(-1)).toMatchObject({ framesPlanned: 2 * tiny.frames, framesDone: 2 * tiny.frames });
});
