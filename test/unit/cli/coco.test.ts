import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cocoShapeOf } from '#cli/coco/coco-shape.ts';
import { writeCoco } from '#cli/coco/write-coco.ts';
import type { ManifestRow } from '#shared/sampling/manifest.ts';
import { makeSuperviselyApi, type StoredLabel } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import { pixelsOfRuns, readCoco } from '#test/read-coco.ts';
import { imagesProject, ok, serve, temporaryFolder } from '#test/supervisely-server.ts';
import { maskData } from '../labels/shapes.ts';

const size = { width: 20, height: 14 };
const shapeOf = (geometryType: string, geometry: object) =>
	cocoShapeOf({ id: 1, classTitle: 'a', tags: [], geometryType, ...geometry } as StoredLabel, size);
const runsOf = (shape: Awaited<ReturnType<typeof shapeOf>>) =>
	pixelsOfRuns(shape?.segmentation as Parameters<typeof pixelsOfRuns>[0]);

type XY = [number, number];
const box = (left: number, top: number, right: number, bottom: number): XY[] => [
	[left, top],
	[right, top],
	[right, bottom],
	[left, bottom],
];

describe('shapes', () => {
	test('a rectangle is a box, whichever corners it has', async () => {
		for (const exterior of [
			[
				[3, 2],
				[8, 12],
			],
			[
				[8, 2],
				[3, 12],
			],
		])
			expect(await shapeOf('rectangle', { points: { exterior, interior: [] } })).toEqual({
				...{ bbox: [3, 2, 5, 10], area: 50, segmentation: [] },
			});
	});
	test('a polygon is its points; several parts are several polygons', async () => {
		const triangle: XY[] = [
			[1.5, 1.5],
			[9.5, 1.5],
			[1.5, 5.5],
		];
		const flat = [1.5, 1.5, 9.5, 1.5, 1.5, 5.5];
		expect(await shapeOf('polygon', { points: { exterior: triangle, interior: [] } })).toEqual({
			...{ bbox: [1.5, 1.5, 8, 4], area: 16, segmentation: [flat] },
		});
		const parts = [{ exterior: triangle, interior: [] }, { exterior: box(12, 8, 14, 13) }];
		expect(await shapeOf('multipolygon', { parts })).toEqual({
			...{ bbox: [1.5, 1.5, 12.5, 11.5], area: 26, segmentation: [flat, box(12, 8, 14, 13).flat()] },
		});
	});
	test('a polygon with holes is its pixels', async () => {
		const points = { exterior: box(2, 1, 10, 9), interior: [box(4, 3, 7, 5), box(9, 8, 15, 12)] };
		const shape = await shapeOf('polygon', { points });
		const isIn = (x: number, y: number, [left, top, right, bottom]: number[]) =>
			x >= Number(left) && x < Number(right) && y >= Number(top) && y < Number(bottom);
		const expected: string[] = [];
		for (let y = 0; y < size.height; y++)
			for (let x = 0; x < size.width; x++)
				if (isIn(x, y, [2, 1, 10, 9]) && !isIn(x, y, [4, 3, 7, 5]) && !isIn(x, y, [9, 8, 15, 12]))
					expected.push(`${x},${y}`);
		expect(runsOf(shape)).toEqual(expected);
		expect(shape).toMatchObject({ bbox: [2, 1, 8, 8], area: expected.length });
	});
	test('a mask is its pixels, also at the borders of the image', async () => {
		const masks = fc.record({
			width: fc.integer({ min: 1, max: size.width }),
			height: fc.integer({ min: 1, max: size.height }),
			x: fc.nat(size.width),
			y: fc.nat(size.height),
			bits: fc.array(fc.boolean(), { minLength: 280, maxLength: 280 }),
		});
		await fc.assert(
			fc.asyncProperty(masks, async ({ width, height, x, y, bits }) => {
				const origin = [Math.min(x, size.width - width), Math.min(y, size.height - height)] as XY;
				const rows = Array.from({ length: height }, (_, row) =>
					Array.from({ length: width }, (_, column) => (bits[row * 20 + column] ? 255 : 0)),
				);
				const expected = rows.flatMap((row, dy) =>
					row.flatMap((bit, dx) => (bit ? [`${origin[0] + dx},${origin[1] + dy}`] : [])),
				);
				const asked = shapeOf('bitmap', { bitmap: { origin, data: await maskData(rows) } });
				if (expected.length === 0) {
					await expect(asked).rejects.toThrow('no pixel on the image');
					return;
				}
				const shape = await asked;
				expect(runsOf(shape)).toEqual(expected);
				expect(shape?.area).toBe(expected.length);
				const [xs, ys] = [0, 1].map(axis => expected.map(pixel => Number(pixel.split(',')[axis]))) as [
					number[],
					number[],
				];
				const [left, top] = [Math.min(...xs), Math.min(...ys)];
				expect(shape?.bbox).toEqual([left, top, Math.max(...xs) - left + 1, Math.max(...ys) - top + 1]);
			}),
		);
	});
	test('what COCO does not know has none, and what cannot be read is refused', async () => {
		for (const type of ['point', 'line', 'graph', 'cuboid', 'alpha_mask', 'oriented_bbox'])
			expect(await shapeOf(type, {})).toBeUndefined();
		await expect(shapeOf('polygon', { points: { exterior: [[1, 1]], interior: [] } })).rejects.toThrow('exterior');
		await expect(shapeOf('bitmap', { bitmap: { origin: [0, 0], data: 'x' } })).rejects.toThrow(
			'neither zlib data nor a PNG',
		);
	});
});

describe('the file', () => {
	const start = async (images: number) => {
		const server = await serve();
		const { projectId, datasetId, hash } = await imagesProject(server);
		const names = Array.from({ length: images }, (_, n) => ({ title: `${n}.png`, hash }));
		const added = (await ok(server, 'images.bulk.add', { datasetId, images: names })) as { id: number }[];
		const rows = added.map(({ id }, n) => ({
			...{ image_id: id, image_name: `${n}.png`, project_id: projectId, dataset_id: datasetId, video_id: 7 },
			...{ frame_index: n, split: n % 2 === 0 ? 'train' : null },
		})) as ManifestRow[];
		const supervisely = makeSuperviselyApi(connectSupervisely(server.address, async () => server.token));
		const label = async (image: number, objects: object[]) => {
			const annotation = { description: '', size: { width: 64, height: 48 }, tags: [], objects };
			await ok(server, 'annotations.bulk.add', { datasetId, annotations: [{ imageId: image, annotation }] });
		};
		const folder = await temporaryFolder();
		return { server, rows, supervisely, label, folder, file: join(folder, 'coco.json') };
	};
	const rectangle = (left: number) => ({
		classTitle: 'a rectangle',
		geometryType: 'rectangle',
		tags: [],
		points: {
			exterior: [
				[left, 2],
				[left + 4, 12],
			],
			interior: [],
		},
	});
	const line = { ...rectangle(3), classTitle: 'a line', geometryType: 'line' };

	test('has images in their order with their labels, and counts what is left out', async () => {
		const { server, rows, supervisely, label, file, folder } = await start(130);
		await label(rows[0]?.image_id as number, [rectangle(1), line, line]);
		await label(rows[129]?.image_id as number, [rectangle(9)]);
		await ok(server, 'images.bulk.remove', { imageIds: [rows[60]?.image_id] });
		const calls = () => server.counters()['annotations.bulk.info']?.requests ?? 0;
		const result = await writeCoco(file, rows, supervisely, 'a sampling');
		expect(result).toEqual({
			...{ images: 129, annotations: 2, gone: 1 },
			leftOut: [{ class: 'a line', shape: 'line', count: 2, unreadable: false }],
		});
		expect(calls()).toBeLessThan(20);
		const { images, annotations, categories, info } = readCoco(file);
		expect(info.description).toBe('a sampling');
		const there = rows.filter((_, n) => n !== 60);
		expect(images.map(({ id }) => id)).toEqual(there.map(row => row.image_id));
		expect(images[0]).toEqual({
			...{ id: rows[0]?.image_id, file_name: '0.png', width: 64, height: 48 },
			...{ dataset_id: rows[0]?.dataset_id, video_id: 7, frame_index: 0, split: 'train' },
		});
		expect(images[1]).not.toHaveProperty('split');
		expect(categories.map(({ name }) => name)).toEqual([
			...['a rectangle', 'a polygon', 'a bitmap', 'a multipolygon', 'a any'],
		]);
		expect(annotations).toEqual([
			{
				...{ id: 1, image_id: rows[0]?.image_id, category_id: 1, bbox: [1, 2, 4, 10], area: 40 },
				...{ segmentation: [], iscrowd: 0 },
			},
			{
				...{ id: 2, image_id: rows[129]?.image_id, category_id: 1, bbox: [9, 2, 4, 10], area: 40 },
				...{ segmentation: [], iscrowd: 0 },
			},
		]);
		expect(readdirSync(folder)).toEqual(['coco.json']);
	});
	test('is written while rows come: only a few calls with their rows are in memory', async () => {
		const { rows, supervisely, file } = await start(1);
		const [row] = rows as [ManifestRow];
		let [taken, answered, mostTaken] = [0, 0, 0];
		const many = function* () {
			for (let n = 0; n < 3000; n++) {
				mostTaken = Math.max(mostTaken, ++taken - answered);
				yield { ...row, frame_index: n };
			}
		};
		const slow = {
			...supervisely,
			annotations: async (dataset: number, images: number[]) => {
				const found = await supervisely.annotations(dataset, [...new Set(images)]);
				answered += images.length;
				return found;
			},
		};
		expect((await writeCoco(file, many(), slow, 'many')).images).toBe(3000);
		expect(readCoco(file).images.map(image => image.frame_index)).toEqual(Array.from({ length: 3000 }, (_, n) => n));
		expect(mostTaken).toBeLessThanOrEqual(5 * 50 + 1);
	});
	test('of no images is a COCO file, too', async () => {
		const { supervisely, file } = await start(0);
		await writeCoco(file, [], supervisely, 'none');
		expect(readCoco(file)).toMatchObject({ images: [], annotations: [], categories: [] });
	});
	test('is not left behind in part when the server refuses', async () => {
		const { server, rows, supervisely, file, folder } = await start(3);
		server.setFaults([{ match: 'annotations.bulk.info', share: 1, action: { status: 400 } }]);
		await expect(writeCoco(file, rows, supervisely, 'x')).rejects.toThrow('annotations.bulk.info answered 400');
		expect(readdirSync(folder)).toEqual([]);
		const nowhere = join(folder, 'no', 'coco.json');
		await expect(writeCoco(nowhere, rows, supervisely, 'x')).rejects.toThrow(`${nowhere} can't be written`);
		expect(existsSync(nowhere)).toBe(false);
	});
});
