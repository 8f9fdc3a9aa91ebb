import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, onTestFinished, test } from 'vitest';
import type { SuperviselyServer } from '#demo/server/server.ts';
import {
	type SamplingSettings,
	SuperviselyClient,
	sampleVideo,
	sampleVideoProject,
	streamVideoFramesToDir,
} from '#library/index.ts';
import { openDeployment } from '#test/deployment.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { ok, serve, temporaryFolder } from '#test/supervisely-server.ts';
import { tiny, writeTinyVideoProject } from '#test/tiny-video-project.ts';

type Image = { id: number; name: string; mime: string; width: number; height: number; labelsCount: number };

/** Ways to look at what is on a server. */
const readers = (server: SuperviselyServer) => {
	const images = async (project: number): Promise<Image[]> => {
		const { entities } = await ok(server, 'images.list', { projectId: project, recursive: true });
		return (entities as Image[]).sort((a, b) => (a.name < b.name ? -1 : 1));
	};
	const bytes = async ({ id }: Image): Promise<Buffer> => {
		const answer = await fetch(`${server.address}/public/api/v3/images.download`, {
			method: 'POST',
			headers: { 'x-api-key': server.token, 'content-type': 'application/json' },
			body: JSON.stringify({ id }),
		});
		return Buffer.from(await answer.arrayBuffer());
	};
	return { client: new SuperviselyClient(server.address, server.token), images, bytes };
};

/** A server with the tiny project, ways to sample it, and to look at what came of it. */
const start = async () => {
	const server = await serve();
	const folder = join(await temporaryFolder(), 'tiny');
	await writeTinyVideoProject(folder);
	const { id: source } = await server.importVideoProject(folder);
	const { client, images, bytes } = readers(server);
	const sample = (settings: SamplingSettings, destinationProjectId?: number) =>
		sampleVideoProject(
			client,
			source,
			{ step: 10, ...settings },
			destinationProjectId === undefined ? {} : { destinationProjectId },
		);
	return { server, source, client, sample, images, bytes };
};
const clean = { faults: [], faultCount: 0 };
const names = (ending: string) =>
	['first.mp4', 'second.mkv'].flatMap(video => ['00', '10', '20'].map(frame => `${video}_frame_${frame}.${ending}`));

test('JPEG and WebP are made of the pixels of PNG, with its labels, and found by a second run', async () => {
	const { server, sample, images, bytes } = await start();
	const { destination } = await sample({});
	const pngs = await images(destination.id);
	expect(pngs.map(({ name }) => name)).toEqual(names('png'));
	const pixels = await Promise.all(
		pngs.map(async image =>
			sharp(await bytes(image))
				.raw()
				.toBuffer(),
		),
	);
	const raw = { raw: { width: tiny.width, height: tiny.height, channels: 3 } } as const;
	const made = {
		jpg: {
			settings: { format: 'jpg', quality: 80, chroma: 420 },
			encode: (of: Buffer) => sharp(of, raw).jpeg({ quality: 80, chromaSubsampling: '4:2:0', optimiseCoding: false }),
			mime: 'image/jpeg',
		},
		webp: {
			settings: { format: 'webp' },
			encode: (of: Buffer) => sharp(of, raw).webp({ quality: 95, effort: 0 }),
			mime: 'image/webp',
		},
	} as const;
	for (const [ending, { settings, encode, mime }] of Object.entries(made)) {
		const sampled = await sample(settings);
		expect(sampled).toMatchObject({ ...clean, framesUploaded: 6 });
		const found = await images(sampled.destination.id);
		expect(found.map(({ name }) => name)).toEqual(names(ending));
		expect(found.map(each => each.labelsCount)).toEqual(pngs.map(each => each.labelsCount));
		expect(new Set(found.map(each => [each.mime, each.width, each.height].join()))).toEqual(
			new Set([[mime, tiny.width, tiny.height].join()]),
		);
		for (const [at, image] of found.entries())
			expect((await bytes(image)).equals(await encode(pixels[at] as Buffer).toBuffer()), image.name).toBe(true);
		// Another quality changes nothing that is there, and goes for what comes.
		const more = await sample({ ...settings, quality: 50, step: 5 }, sampled.destination.id);
		expect(more).toMatchObject({ ...clean, framesPlanned: 12, framesUploaded: 6, framesAlreadyThere: 6 });
		expect((await images(sampled.destination.id)).filter(({ id }) => found.some(image => image.id === id))).toEqual(
			found,
		);
		const folder = join(await temporaryFolder(), 'export');
		await server.exportImagesProject(sampled.destination.id, folder);
		const inside = join(folder, 'street', 'datasets', 'first.mp4');
		expect(readdirSync(join(inside, 'img')).sort()).toHaveLength(6);
		expect(readdirSync(join(inside, 'ann'))).toContain(`first.mp4_frame_00.${ending}.json`);
	}
});

test('a project begun in one format and gone on with in another is refused, and stays as it is', async () => {
	const { server, source, client, sample, images } = await start();
	const { destination } = await sample({});
	const { id } = destination;
	const before = await images(id);
	const project = () => ok(server, 'projects.info', { id });
	const { customData } = await project();
	expect(customData.framefan).toMatchObject({ state: 'completed', settings: { format: 'png' } });
	const refused = new RegExp(
		`^Project ${id} \\("tiny\\(images\\)", the destination\\) already has PNG images and these settings ask for JPEG: use format png, or sample into another project$`,
	);
	await expect(sample({ format: 'jpg' }, id)).rejects.toThrow(refused);
	expect((await project()).customData).toEqual(customData);

	// As the SDK leaves it, and as somebody leaves it who took its custom data away.
	for (const data of [{ is_sample: true }, { team: 'keeps this' }]) {
		await ok(server, 'projects.editInfo', { id, customData: data });
		await expect(sample({ format: 'jpg' }, id)).rejects.toThrow(refused);
		expect((await project()).customData).toEqual(data);
	}
	const { entities } = await ok(server, 'datasets.list', { projectId: source });
	const [video] = (await ok(server, 'videos.list', { datasetId: entities[0].id })).entities;
	const [into] = (await ok(server, 'datasets.list', { projectId: id })).entities;
	await expect(sampleVideo(client, video.id, into.id, { format: 'webp' })).rejects.toThrow(/PNG .* ask for WebP/);
	expect(await images(id)).toEqual(before);

	expect(await sample({ step: 5 }, id)).toMatchObject({ ...clean, framesUploaded: 6, framesAlreadyThere: 6 });
	await ok(server, 'images.bulk.remove', { imageIds: (await images(id)).map(image => image.id) });
	expect(await sample({ format: 'jpg' }, id)).toMatchObject({ ...clean, framesUploaded: 6 });
	expect((await images(id)).map(({ name }) => name)).toEqual(names('jpg'));
});

test('images of a video in another format, of which nothing else tells, cost that video alone', async () => {
	const { server, sample, images } = await start();
	const { destination } = await sample({ resize: [60, 80] });
	const { id } = destination;
	const all = await images(id);
	await ok(server, 'images.bulk.remove', {
		imageIds: all.filter(({ name }) => name.startsWith('second')).map(image => image.id),
	});
	// An older image of somebody's, and no custom data: as far as anybody sees, the project is one of JPEGs.
	await ok(server, 'projects.editInfo', { id, customData: { framefan: { settings: { format: 'jpg' } } } });
	const before = await images(id);
	const sampled = await sample({ format: 'jpg' }, id);
	expect(sampled).toMatchObject({ framesUploaded: 3, framesPlanned: 3, videos: 2, faultCount: 1 });
	expect(sampled.faults).toMatchObject([
		{
			reason: 'other-format',
			video: { name: 'first.mp4' },
			message:
				'Dataset "first.mp4" has 3 images of this video as PNG and these settings ask for JPEG: use format png, or sample into another project',
		},
	]);
	const after = await images(id);
	expect(after.filter(({ name }) => name.startsWith('first'))).toEqual(before);
	expect(after.map(({ name }) => name)).toEqual([
		...names('png').filter(name => name.startsWith('first')),
		...names('jpg').filter(name => name.startsWith('second')),
	]);
});

test('images in another size are replaced in the format that they have', async () => {
	const { sample, images } = await start();
	const { destination } = await sample({ format: 'webp', resize: [60, 80] });
	const replaced = await sample({ format: 'webp', replace: true }, destination.id);
	expect(replaced).toMatchObject({ ...clean, framesUploaded: 6, framesAlreadyThere: 0 });
	const found = await images(destination.id);
	expect(found.map(({ name, width }) => [name, width])).toEqual(names('webp').map(name => [name, tiny.width]));
});

test('the commands take the format, its quality and its chroma', async () => {
	const { bench, env } = await openDeployment();
	onTestFinished(() => bench.close());
	const { server, source } = bench;
	const { client, images, bytes } = readers(server);
	const data = await temporaryFolder();
	const args = ['--api', bench.stack.httpUrl, '--project', String(source), '--step', '10', '--json'];
	const jpeg = ['--format', 'jpg', '--quality', '60', '--chroma', '420'];
	const run = await runFramefan(['sample', ...args, ...jpeg], env);
	expect(run.code, run.stderr).toBe(0);
	const result = lastJson(run.stdout) as { destination: { id: number } };
	expect(result).toMatchObject({ framesUploaded: 6, faults: [] });
	const [image] = await images(result.destination.id);
	expect(image).toMatchObject({ name: 'first.mp4_frame_00.jpg', mime: 'image/jpeg' });
	expect(await sharp(await bytes(image as Image)).metadata()).toMatchObject({ chromaSubsampling: '4:2:0' });
	const other = await runFramefan(['sample', ...args, '--into', String(result.destination.id)], env);
	expect(other.code).toBe(1);
	expect(other.stderr).toMatch(
		/^error: Project \d+ \("tiny \d+\(images\)", the destination\) already has JPEG images and these settings ask for PNG/m,
	);

	const [dataset] = (await ok(server, 'datasets.list', { projectId: source })).entities;
	const [video] = (await ok(server, 'videos.list', { datasetId: dataset.id })).entities;
	const [ours, theirs] = [join(data, 'ours'), join(data, 'theirs')];
	const frames = ['frames', String(video.id), '--server', server.address, '--out', ours, '--end', '2'];
	expect((await runFramefan([...frames, ...jpeg], env)).code).toBe(0);
	await streamVideoFramesToDir(client, video.id, theirs, { end: 1, ext: 'jpg', quality: 60, chroma: 420 });
	expect(readdirSync(ours)).toEqual(['frame_000000.jpg', 'frame_000001.jpg']);
	for (const file of readdirSync(ours))
		expect((await sharp(join(ours, file)).toBuffer()).equals(await sharp(join(theirs, file)).toBuffer())).toBe(true);
	// The word that it had before.
	expect((await runFramefan([...frames, '--ext', 'webp'], env)).code).toBe(0);
	expect(readdirSync(ours)).toContain('frame_000001.webp');
	await expect(streamVideoFramesToDir(client, video.id, theirs, { ext: 'png', quality: 60 })).rejects.toThrow(
		'quality is 60 and ext is png: PNG is lossless, so leave it out or choose jpg or webp',
	);
});

const nowhere = ['--server', 'http://127.0.0.1:9', '--project', '1'];
test.each([
	[['sample', ...nowhere, '--format', 'jpeg'], /--format.*jpeg.*It must be png, jpg or webp\. Use jpg for JPEG\./],
	[
		['sample', ...nowhere, '--format', 'jpg', '--quality', '0'],
		/--quality.*'0'.*It must be a whole number from 1 to 100/,
	],
	[['sample', ...nowhere, '--format', 'webp', '--quality', '101'], /--quality.*'101'.*from 1 to 100/],
	[
		['sample', ...nowhere, '--quality', '90'],
		/--quality is 90 and --format is png: PNG is lossless, so leave it out or choose jpg or webp/,
	],
	[
		['estimate', '--local', ...nowhere, '--chroma', '420', '--format', 'webp'],
		/--chroma is 420 and --format is webp: WebP always has 420/,
	],
	[['sample', ...nowhere, '--chroma', '422', '--format', 'jpg'], /--chroma.*'422'.*It must be 444 or 420/],
	[
		['frames', 'x.mp4', '--verify', '--optimise-coding'],
		/--optimise-coding is true and --format is png: only JPEG is coded so/,
	],
	[
		['frames', 'x.mp4', '--verify', '--ext', 'png', '--format', 'jpg'],
		/--ext is png and --format is jpg: both set the format/,
	],
])('%j is refused in one line', async (args, message) => {
	const { code, stdout, stderr } = await runFramefan(args, { SUPERVISELY_API_TOKEN: 'none' });
	expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
	expect(stderr).toMatch(message);
	expect(stderr.match(/^error: /gm)).toHaveLength(1);
});
