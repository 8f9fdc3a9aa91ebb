import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';

import { mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ffmpegInstaller from '@ffmpeg-installer/ffmpeg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { imagesProject, ok, png, serve, temporaryFolder, tinyMeta } from '#test/supervisely-server.ts';
import { tiny, tinyShapes, writeTinyVideo, writeTinyVideoProject } from '#test/tiny-video-project.ts';

const folder = mkdtempSync(join(tmpdir(), 'framefan-tiny-'));
const source = join(folder, 'tiny project');
beforeAll(() => writeTinyVideoProject(source));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a video project comes in with its tree, labels and what is to know of its files', async () => {
	const server = await serve();
	const project = await server.importVideoProject(source);
	expect(project).toMatchObject({ name: 'tiny project', alreadyThere: false });
	expect(server.projects()).toEqual([{ id: project.id, name: 'tiny project', type: 'videos' }]);

	const { entities } = await ok(server, 'datasets.list', { projectId: project.id, recursive: true });
	expect(entities.map((each: { name: string; parentId: number | null }) => [each.name, each.parentId])).toEqual([
		['street', null],
		['night', entities[0].id],
	]);
	const [video] = (await ok(server, 'videos.list', { datasetId: entities[0].id })).entities;
	expect(video).toMatchObject({
		name: 'first.mp4',
		projectId: project.id,
		fileMeta: {
			framesCount: tiny.frames,
			width: tiny.width,
			height: tiny.height,
			codecName: 'h264',
			rotation: 0,
			duration: 3,
			mime: 'video/mp4',
		},
	});
	const file = await fetch(video.fullStorageUrl, { headers: { 'x-api-key': server.token } });
	expect(Buffer.from(await file.arrayBuffer())).toEqual(await readFile(join(source, 'street/video/first.mp4')));

	const [annotation] = await ok(server, 'videos.annotations.bulk.info', {
		datasetId: entities[0].id,
		videoIds: [video.id],
	});
	const meta = await ok(server, 'projects.meta', { id: project.id });
	expect(annotation).toMatchObject({
		videoId: video.id,
		framesCount: 30,
		tags: [{ name: 'sunny' }, { name: 'mood', value: 'calm', frameRange: [10, 19] }],
	});
	expect(annotation.objects[0]).toMatchObject({
		classTitle: 'car',
		classId: meta.classes[0].id,
		tags: [{ name: 'speed', value: 7.5, frameRange: [0, 14] }],
	});
	expect(annotation.frames).toHaveLength(30);
	expect(annotation.frames[3].figures[0]).toMatchObject({
		objectId: annotation.objects[0].id,
		geometryType: 'rectangle',
		geometry: { points: { exterior: tinyShapes(3).rectangle } },
		trackId: 'tracker',
		meta: { frame: 3 },
	});
	const ids = [
		annotation.tags,
		annotation.objects,
		annotation.frames.flatMap((each: { figures: unknown[] }) => each.figures),
	]
		.flat()
		.map(each => each.id);
	expect(new Set(ids).size).toBe(ids.length);
});

test('the same folder comes in once, changed labels make another project', async () => {
	const server = await serve();
	const first = await server.importVideoProject(source, { name: 'mine' });
	expect(await server.importVideoProject(source, { name: 'mine' })).toEqual({ ...first, alreadyThere: true });
	const twice = await Promise.all([server.importVideoProject(source), server.importVideoProject(source)]);
	expect(twice.map(each => each.alreadyThere)).toEqual([false, true]);
	const meta = join(source, 'meta.json');
	const before = await readFile(meta);
	await writeFile(meta, before.toString().replace('#11AA33', '#000000'));
	expect(await server.importVideoProject(source, { name: 'mine' })).toMatchObject({
		name: 'mine_001',
		alreadyThere: false,
	});
	await writeFile(meta, before);
});

test('videos without labels are counted, broken ones come in with nothing known', async () => {
	const place = join(await temporaryFolder(), 'plain');
	await mkdir(join(place, 'all/video'), { recursive: true });
	await writeFile(join(place, 'meta.json'), JSON.stringify(tinyMeta));
	await writeTinyVideo(join(place, 'all/video/a.webm'));
	await writeFile(join(place, 'all/video/broken.mp4'), 'this is no video');
	const server = await serve();
	const { id } = await server.importVideoProject(place);
	const { entities } = await ok(server, 'videos.list', { projectId: id });
	expect(entities[0].fileMeta).toMatchObject({ framesCount: tiny.frames, width: 160, height: 120, mime: 'video/webm' });
	expect(entities[1]).toMatchObject({
		name: 'broken.mp4',
		fileMeta: { framesCount: null, width: null, duration: null, size: '16' },
	});
	const [empty] = await ok(server, 'videos.annotations.bulk.info', {
		datasetId: entities[0].datasetId,
		videoIds: [entities[0].id],
	});
	expect(empty).toMatchObject({
		size: { width: 160, height: 120 },
		framesCount: tiny.frames,
		tags: [],
		objects: [],
		frames: [],
	});
});

test.each([
	['no meta.json', 'meta.json', null, /no meta\.json/],
	['a meta that is no JSON', 'meta.json', '{', /meta\.json cannot be read as JSON/],
	[
		'a meta without the class',
		'meta.json',
		'{"classes":[],"tags":[]}',
		/first\.mp4\.json: tag "sunny"|first\.mp4\.json: class "car"/,
	],
	['labels that are no JSON', 'street/ann/first.mp4.json', 'x', /first\.mp4\.json cannot be read/],
	['a figure without an object', 'street/ann/first.mp4.json', orphanFigure(), /refers to no object/],
])('a folder is refused: %s', async (_name, file, content, message) => {
	const broken = join(await temporaryFolder(), 'broken');
	await writeTinyVideoProject(broken);
	if (content === null) await rm(join(broken, file));
	else await writeFile(join(broken, file), content);
	const server = await serve();
	await expect(server.importVideoProject(broken)).rejects.toThrow(message);
	expect(server.projects()).toEqual([]);
	expect((await ok(server, 'projects.list', {})).total).toBe(0);
});

function orphanFigure(): string {
	const figure = { objectKey: 'ab', geometryType: 'point', geometry: {} };
	return JSON.stringify({ size: { width: 1, height: 1 }, framesCount: 1, frames: [{ index: 0, figures: [figure] }] });
}

test('frames are served by counting decoded pictures', async () => {
	const server = await serve();
	const { id } = await server.importVideoProject(source);
	const [video] = (await ok(server, 'videos.list', { projectId: id })).entities;
	const get = (method: string, body: object) =>
		fetch(`${server.address}/public/api/v3/${method}`, {
			method: 'POST',
			headers: { 'x-api-key': server.token },
			body: JSON.stringify(body),
		});
	const one = Buffer.from(await (await get('videos.download-frame', { videoId: video.id, frame: 7 })).arrayBuffer());
	const many = await get('videos.bulk.download-frame', { videoId: video.id, frames: [7, 0, 29] });
	const bytes = Buffer.from(await many.arrayBuffer());
	expect([...bytes.toString('latin1').matchAll(/name="(\d+)"/g)].map(each => each[1])).toEqual(['7', '0', '29']);
	const raw = (input: string | Buffer, frame: number) =>
		execFileSync(
			ffmpegInstaller.path,
			[
				'-loglevel',
				'error',
				'-i',
				typeof input === 'string' ? input : 'pipe:0',
				'-vf',
				`select=eq(n\\,${frame})`,
				'-vframes',
				'1',
				'-f',
				'rawvideo',
				'-pix_fmt',
				'rgb24',
				'pipe:1',
			],
			typeof input === 'string' ? {} : { input },
		);
	expect(raw(one, 0)).toEqual(raw(join(source, 'street/video/first.mp4'), 7));
	expect(bytes.includes(one)).toBe(true);
	expect((await get('videos.download-frame', { videoId: video.id, frame: 30 })).status).toBe(400);
});

test('an images project is written with pixel coordinates, links and metas, twice the same', async () => {
	const server = await serve();
	const { projectId, datasetId, imageId, hash } = await imagesProject(server);
	const child = await ok(server, 'datasets.add', { projectId, name: 'child', parentId: datasetId });
	await ok(server, 'images.bulk.add', {
		datasetId: child.id,
		images: [{ title: 'two.png', hash, meta: { frame_index: 4 } }],
	});
	const label = {
		classTitle: 'a rectangle',
		geometryType: 'rectangle',
		points: {
			exterior: [
				[10, 11],
				[31, 32],
			],
			interior: [],
		},
		tags: [{ name: 'plain' }],
	};
	const annotation = { size: { width: 64, height: 48 }, tags: [{ name: 'count', value: 2 }], objects: [label] };
	await ok(server, 'annotations.bulk.add', { datasetId, annotations: [{ imageId, annotation }] });

	const target = await temporaryFolder();
	await server.exportImagesProject(projectId, target);
	const files = (await readdir(target, { recursive: true, withFileTypes: true })).filter(each => each.isFile());
	const paths = files.map(each => join(each.parentPath, each.name).slice(target.length + 1)).sort();
	expect(paths).toEqual([
		'all/ann/one.png.json',
		'all/datasets/child/ann/two.png.json',
		'all/datasets/child/img/two.png',
		'all/datasets/child/meta/two.png.json',
		'all/img/one.png',
		'all/meta/one.png.json',
		'meta.json',
	]);
	const json = async (path: string) => JSON.parse(await readFile(join(target, path), 'utf8'));
	expect(await json('all/ann/one.png.json')).toMatchObject({
		size: { width: 64, height: 48 },
		tags: [{ name: 'count', value: 2 }],
		objects: [
			{
				classTitle: 'a rectangle',
				points: {
					exterior: [
						[10, 11],
						[30, 31],
					],
				},
				tags: [{ name: 'plain' }],
			},
		],
	});
	expect(await json('all/datasets/child/meta/two.png.json')).toEqual({ frame_index: 4 });
	expect(await readFile(join(target, 'all/img/one.png'))).toEqual(await png(64, 48));
	expect((await stat(join(target, 'all/img/one.png'))).nlink).toBeGreaterThan(1);

	const times = () => Promise.all(paths.map(async path => (await stat(join(target, path))).ino));
	const before = await times();
	await server.exportImagesProject(projectId, target);
	expect(await times()).toEqual(before);
});

test('hostile names stay in the folder, apart from each other', async () => {
	const server = await serve();
	const { projectId, hash } = await imagesProject(server);
	const names = [
		'../out',
		'..',
		'.',
		'a/b',
		'a_b',
		'A_B',
		'img',
		'nul\u0000byte',
		`${'ü'.repeat(400)}.png`,
		'/etc/passwd',
		'.hidden',
	];
	for (const name of names) {
		const dataset = await ok(server, 'datasets.add', { projectId, name });
		await ok(server, 'images.bulk.add', { datasetId: dataset.id, images: names.map(title => ({ title, hash })) });
	}
	const root = await temporaryFolder();
	const target = join(root, 'export');
	await server.exportImagesProject(projectId, target);
	expect(await readdir(root)).toEqual(['export']);
	const datasets = (await readdir(target)).filter(each => each !== 'meta.json');
	expect(datasets).toHaveLength(names.length + 1);
	expect(datasets).toContain('a_b');
	for (const dataset of datasets.filter(each => each !== 'all')) {
		expect(await readdir(join(target, dataset, 'img'))).toHaveLength(names.length);
		expect(await readdir(join(target, dataset, 'ann'))).toHaveLength(names.length);
	}
});

test('a videos project cannot be exported as images', async () => {
	const server = await serve();
	const { id } = await server.importVideoProject(source);
	await expect(server.exportImagesProject(id, await temporaryFolder())).rejects.toThrow(/of type videos/);
});
