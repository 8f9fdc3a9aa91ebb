import { join } from 'node:path';
import { expect, test } from 'vitest';
import { serve, temporaryFolder } from '#test/supervisely-server.ts';
import { tiny, tinyShapes, tinyVideos, writeTinyVideoProject } from '#test/tiny-video-project.ts';
import { supervisely } from './sdk-environment.ts';

type Label = { class: string; tags: [string, unknown][] };
type Image = { name: string; size: number[]; meta: object; tags: unknown; labels: Label[] };
type Result = {
	name: string;
	customData: object;
	itemsCount: number;
	classes: string[];
	tags: string[];
	tree: { path: string[]; itemsCount: number; customData: object; images: Image[] }[];
	nearest: number[][];
	downloaded: Record<string, Record<string, Image>>;
	imagesAfterSecondRun: number;
};

test('the SDK samples a project on this server and reads back what it should have written', async context => {
	const run = await supervisely(context);
	const folder = await temporaryFolder();
	await writeTinyVideoProject(join(folder, 'tiny'));
	const server = await serve();
	const { id } = await server.importVideoProject(join(folder, 'tiny'));
	const result = (await run('sample_project.py', server.address, server.token, id, folder)) as Result;

	expect(result).toMatchObject({
		name: 'tiny(images)',
		customData: { is_sample: true, video_project_id: id },
		itemsCount: tiny.frames * tinyVideos.length,
		classes: ['blob', 'car', 'field', 'fog', 'lane', 'pair', 'spot'],
		tags: ['auto-tracked', 'mood', 'object_id', 'speed', 'sunny'],
		imagesAfterSecondRun: tiny.frames * tinyVideos.length,
	});
	const leaves = tinyVideos.map(video => [...video.datasets, video.name]);
	expect(result.tree.map(each => each.path.join('/')).sort()).toEqual(
		[...leaves, ['street'], ['street', 'night']].map(each => each.join('/')).sort(),
	);
	for (const [i, leaf] of leaves.entries()) {
		const dataset = result.tree.find(each => each.path.join('/') === leaf.join('/'));
		const images = dataset?.images ?? [];
		const name = leaf.at(-1);
		expect(dataset).toMatchObject({ itemsCount: tiny.frames, customData: { video_name: name } });
		expect(images.map(each => each.name)).toEqual(
			Array.from({ length: tiny.frames }, (_, frame) => `${name}_frame_${String(frame).padStart(2, '0')}.png`),
		);
		for (const [frame, image] of images.entries()) {
			expect(withoutObjectIds(image)).toMatchObject(expectedImage(frame));
			expect(image.meta).toMatchObject({ is_sample: true, frame_index: frame });
			const { name: _, size: __, ...downloaded } = image;
			expect(result.downloaded[leaf.join('/')]?.[image.name]).toEqual({
				...downloaded,
				size: [tiny.height, tiny.width],
			});
		}
		expect(result.nearest[i]).toEqual(images.map((_, frame) => frame));
	}
});

/** The SDK's `object_id` tag holds a class id of the source project; only that it is a number is looked at. */
function withoutObjectIds(image: Image): Image {
	const labels = image.labels.map(label => ({
		...label,
		tags: label.tags.map(([name, value]) => [name, name === 'object_id' ? typeof value : value] as [string, unknown]),
	}));
	return { ...image, labels };
}

/** What a frame of the tiny project must look like after the SDK brought it into an images project, labels by class. */
function expectedImage(frame: number): object {
	const { rectangle, polygon, line, point, mask } = tinyShapes(frame);
	const label = (name: string, type: string, geometry: object, tags: unknown[] = []) => ({
		class: name,
		type,
		tags: [...tags, ['object_id', 'number']].sort((a, b) => (String(a) < String(b) ? -1 : 1)),
		...geometry,
	});
	const bitmap = { origin: mask, size: [12, 8], set: 95 };
	const carTags = [['auto-tracked', null], ...(frame <= 14 ? [['speed', 7.5]] : [])];
	const corners = rectangle && { exterior: rectangle };
	return {
		tags: [...(frame >= 10 && frame <= 19 ? [['mood', 'calm']] : []), ['sunny', null]],
		labels: [
			label('blob', 'bitmap', bitmap),
			...(corners ? [label('car', 'rectangle', corners, carTags)] : []),
			label('field', 'polygon', { exterior: polygon }),
			...(frame < 5 ? [label('fog', 'alpha_mask', bitmap)] : []),
			label('lane', 'line', { exterior: line }),
			...(frame < 5 ? [label('pair', 'multipolygon', { parts: [polygon] })] : []),
			label('spot', 'point', { exterior: [point] }),
		],
	};
}
