import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { SuperviselyServer } from '#demo/server/server.ts';
import { ok, png, serve, temporaryFolder, upload } from '#test/supervisely-server.ts';
import { tinyMask, writeTinyVideo } from '#test/tiny-video-project.ts';
import { supervisely } from './sdk-environment.ts';

type Found = {
	classes: string[];
	totalItems: number;
	datasets: Record<string, Record<string, object>>;
	videos: Record<string, { figures: unknown[] }>;
};

test('a folder that the SDK wrote comes in, and folders that come out open in the SDK', async context => {
	const run = await supervisely(context);
	const folder = await temporaryFolder();
	const written = join(folder, 'from the sdk');
	await writeTinyVideo(join(folder, 'video.mp4'));
	await run('write_video_project.py', written, join(folder, 'video.mp4'));

	const server = await serve();
	const videos = await server.importVideoProject(written);
	const projectId = await labelledImages(server);
	await server.exportImagesProject(projectId, join(folder, 'images'));

	const found = (await run(
		'read_projects.py',
		join(folder, 'images'),
		server.address,
		server.token,
		videos.id,
		folder,
	)) as Found;
	expect(found).toMatchObject({ classes: ['fog', 'zone'], totalItems: 2 });
	expect(found.datasets).toEqual({
		top: { 'frame 0.png': tinyImage },
		'top/child': { 'frame 0.png': tinyImage },
	});
	expect(Object.keys(found.videos).sort()).toEqual(['street/night/night.mp4', 'street/street.mp4']);
	expect(found.videos['street/street.mp4']).toMatchObject({
		description: 'street',
		framesCount: 30,
		tags: [['speed', 9]],
		objects: [
			['car', [['speed', 3, [0, 4]]]],
			['zone', []],
		],
	});
	expect(found.videos['street/street.mp4']?.figures).toHaveLength(20);
	expect(found.videos['street/street.mp4']?.figures.slice(6, 8)).toEqual([
		[
			3,
			'car',
			[
				[3, 2],
				[43, 30],
			],
			'tracker',
		],
		[
			3,
			'zone',
			[
				[5, 5],
				[60, 5],
				[30, 70],
			],
			null,
		],
	]);
	expect(await readFile(join(folder, 'videos/street/video/street.mp4'))).toEqual(
		await readFile(join(folder, 'video.mp4')),
	);
});

/** What the SDK must see of each image of {@link labelledImages}. */
const tinyImage = {
	size: [48, 64],
	tags: [['speed', 4]],
	labels: [
		{ class: 'fog', type: 'alpha_mask', tags: [], origin: [7, 5], size: [12, 8], set: 95 },
		{
			class: 'zone',
			type: 'polygon',
			tags: [['speed', 1.5]],
			exterior: [
				[1, 2],
				[20, 2],
				[20, 22],
			],
		},
	],
	meta: { frame_index: 0, note: 'ü' },
};

/** An images project with a dataset in a dataset, and one image with a polygon and an alpha mask in each. */
async function labelledImages(server: SuperviselyServer): Promise<number> {
	const project = await ok(server, 'projects.add', { name: 'pictures', workspaceId: 1, type: 'images' });
	const color = '#123456';
	const meta = await ok(server, 'projects.meta.update', {
		id: project.id,
		meta: {
			classes: [
				{ title: 'zone', shape: 'polygon', color },
				{ title: 'fog', shape: 'alpha_mask', color },
			],
			tags: [{ name: 'speed', value_type: 'any_number' }],
		},
	});
	const [{ hash }] = (await upload(server, [await png(64, 48)])).body;
	let parentId: number | null = null;
	for (const name of ['top', 'child']) {
		const dataset = await ok(server, 'datasets.add', { projectId: project.id, name, parentId });
		parentId = dataset.id;
		const datasetId = dataset.id;
		const [image] = await ok(server, 'images.bulk.add', {
			datasetId,
			images: [{ title: 'frame 0.png', hash, meta: tinyImage.meta }],
		});
		const polygon = {
			points: {
				exterior: [
					[1.5, 2.5],
					[20.5, 2.5],
					[20.5, 22.5],
				],
				interior: [],
			},
			tags: [{ name: 'speed', value: 1.5 }],
		};
		const annotation = {
			size: { width: 64, height: 48 },
			tags: [{ name: 'speed', value: 4 }],
			objects: [{ classTitle: 'zone', geometryType: 'polygon', ...polygon }],
		};
		await ok(server, 'annotations.bulk.add', { datasetId, annotations: [{ imageId: image.id, annotation }] });
		const fog = { entityId: image.id, classId: meta.classes[1].id, geometryType: 'alpha_mask' };
		await ok(server, 'figures.bulk.add', {
			datasetId,
			figures: [{ ...fog, geometry: { bitmap: { origin: [7, 5], data: await tinyMask() } } }],
		});
	}
	return project.id;
}
