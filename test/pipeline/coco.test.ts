import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openDeployment } from '#test/deployment.ts';
import { lastJson, runFramefan } from '#test/framefan-command.ts';
import { type CocoFile, pixelsOfRuns, readCoco } from '#test/read-coco.ts';
import { ok, temporaryFolder } from '#test/supervisely-server.ts';
import { tiny, tinyShapes } from '#test/tiny-video-project.ts';

test('a sampling as COCO: every shape where it was drawn, with its split', async () => {
	const { bench, env } = await openDeployment();
	onTestFinished(() => bench.close());
	const { server, source } = bench;
	const settings = { step: 3, split: { train: 0.5, val: 0.5 } };
	const { id } = await bench.api.start({ source: { projectId: source }, destination: { name: 'coco' }, settings });
	const { state, destination } = await bench.ended(id);
	expect(state).toBe('completed');

	const out = join(await temporaryFolder(), 'coco.json');
	const where = ['--api', bench.stack.httpUrl, '--server', server.address];
	const run = await runFramefan(['manifest', id, ...where, '--coco', '--out', out, '--json'], env);
	expect(run.code, run.stderr).toBe(0);
	expect(run.stderr).toBe(
		'Left out, since COCO has no such shape: 20 × line (lane), 20 × point (spot), 4 × alpha_mask (fog)\n',
	);
	const { images, annotations, categories } = readCoco(out);
	expect(lastJson(run.stdout)).toMatchObject({ file: out, images: 20, annotations: annotations.length, gone: 0 });
	expect(categories.map(({ name }) => name)).toEqual(['car', 'field', 'blob', 'pair']);

	const { entities } = await ok(server, 'images.list', { projectId: destination?.id, recursive: true });
	type Image = {
		id: number;
		name: string;
		width: number;
		height: number;
		meta: { frame_index: number; video_id: number };
	};
	const there = new Map((entities as Image[]).map(image => [image.id, image]));
	expect(images.map(image => image.id).sort()).toEqual([...there.keys()].sort());
	for (const image of images) {
		const { name, meta, width, height } = there.get(image.id) as Image;
		const { tags } = (await ok(server, 'annotations.info', { imageId: image.id })).annotation;
		const split = (tags as { name: string; value?: string }[]).find(tag => tag.name === 'split')?.value;
		expect(['train', 'val']).toContain(split);
		expect(image).toMatchObject({
			...{ file_name: name, width, height, frame_index: meta.frame_index, video_id: meta.video_id, split },
		});
	}

	const title = new Map(categories.map(category => [category.id, category.name]));
	const frameOf = new Map(images.map(image => [image.id, image.frame_index]));
	const on = (image: number) => annotations.filter(each => each.image_id === image);
	for (const { id: image } of images) {
		const frame = frameOf.get(image) as number;
		const shapes = tinyShapes(frame);
		const found = new Map(on(image).map(each => [title.get(each.category_id), each]));
		expect([...found.keys()].sort()).toEqual(['blob', 'car', 'field', ...(frame < 5 ? ['pair'] : [])]);
		// Pixels 10 to 40 are 31 rows, and the mask is 12 x 8 pixels without its first one.
		expect(found.get('car')).toMatchObject({ bbox: [frame, 10, 21, 31], area: 21 * 31 });
		const ring = shapes.polygon.flatMap(([x, y]) => [x + 0.5, y + 0.5]);
		expect(found.get('field')).toMatchObject({ bbox: [frame + 60.5, 20.5, 30, 30], area: 450, segmentation: [ring] });
		const [left, top] = shapes.mask;
		const blob = found.get('blob') as CocoFile['annotations'][number];
		expect(blob).toMatchObject({ bbox: [left, top, 12, 8], area: 12 * 8 - 1 });
		const runs = blob.segmentation as Parameters<typeof pixelsOfRuns>[0];
		expect(runs.size).toEqual([tiny.height, tiny.width]);
		const wanted = Array.from({ length: 12 * 8 }, (_, n) => `${left + (n % 12)},${top + Math.floor(n / 12)}`);
		expect(pixelsOfRuns(runs)).toEqual(wanted.slice(1));
	}

	for (const [args, message] of [
		[['--local', '--coco', '--out', 'a.csv'], '--out is a.csv: a COCO file must end with .json'],
		[['--local', '--out', 'a.json'], '--out is a.json: the file must end with one of .parquet, .jsonl, .csv'],
		[['--api', 'https://a.example', '--coco', '--out', 'a.json'], '--server is missing: labels are on the Supervisely'],
		[['--local', '--server', server.address, '--out', 'a.csv'], 'without --coco: only labels are read'],
	] as const) {
		const refused = await runFramefan(['manifest', id, ...args], env);
		expect(refused.stderr).toContain(message);
		expect(refused.code).toBe(2);
	}
});
