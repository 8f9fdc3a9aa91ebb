import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { expect } from 'vitest';
import { type FolderImage, type FolderLabel, readImages } from '#demo/contact-sheet/read-images.ts';
import { readBarcode } from '#demo/project/barcode.ts';
import { discPixels } from '#demo/project/draw.ts';
import { type DemoVideo, demoVideos } from '#demo/project/make-project.ts';
import { type Scene, sceneAt } from '#demo/project/scene.ts';
import type { Size } from '#shared/size.ts';
import { emptyTally, lookAtCar } from '#test/labels-on-shapes.ts';

type FullLabel = FolderLabel & { tags: { name: string; value?: unknown }[] };

/**
 * Holds the sampled demo project, written out as a folder, against the arithmetic of its scenes: every wanted frame is
 * there once, the picture of every image shows its own index, and every label lies where its shape is.
 * @param wanted frames of a video that must be there
 * @param resized size of the images; that of the video unless told
 * @returns how many images and labels were checked
 */
export async function checkDemoResult(
	project: string,
	wanted: (video: DemoVideo) => number[],
	resized?: Size,
): Promise<{ images: number; labels: number }> {
	const counts = { images: 0, labels: 0 };
	const tally = emptyTally();
	const found = new Map<string, number[]>(demoVideos.map(({ name }) => [name, []]));
	for (const image of readImages(project)) {
		const video = demoVideos.find(({ name }) => name === image.dataset) as DemoVideo;
		const index = Number(/_frame_(\d+)\.png$/.exec(image.name)?.[1]);
		found.get(video.name)?.push(index);
		const where = image.name;
		const digits = String(video.frames).length;
		expect(image.name).toBe(`${video.name}_frame_${String(index).padStart(digits, '0')}.png`);
		const { data, info } = await sharp(image.path).raw().toBuffer({ resolveWithObject: true });
		const size = { width: resized?.width ?? video.size.width, height: resized?.height ?? video.size.height };
		const scale = { x: size.width / video.size.width, y: size.height / video.size.height };
		expect({ width: info.width, height: info.height, channels: info.channels }, where).toEqual({
			...size,
			channels: 3,
		});
		expect(readBarcode({ ...size, data }, video.size), where).toBe(index);
		expect(image.size, where).toEqual(size);
		const car = image.labels.find(({ classTitle }) => classTitle === 'car');
		if (car) lookAtCar(car, { ...size, data }, tally);
		checkMeta(image, video, index);
		counts.labels += await checkLabels(image, sceneAt(index, video.frames, video.size), scale, where);
		counts.images++;
	}
	// Another shape may lie over the car, now and then.
	const { inside, outside } = tally;
	expect(inside.coloured / inside.seen).toBeGreaterThan(0.9);
	expect(outside.coloured / outside.seen).toBeLessThan(0.02);
	for (const video of demoVideos) {
		expect(
			found.get(video.name)?.toSorted((a, b) => a - b),
			video.name,
		).toEqual(wanted(video));
	}
	return counts;
}

const checkMeta = (image: FolderImage, video: DemoVideo, index: number): void => {
	const file = join(dirname(dirname(image.path)), 'meta', `${image.name}.json`);
	const meta = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
	expect(meta, image.name).toMatchObject({ is_sample: true, frame_index: index, video_name: video.name });
};

const objectIds = new Map<string, unknown>();

const checkLabels = async (
	image: FolderImage,
	scene: Scene,
	scale: { x: number; y: number },
	where: string,
): Promise<number> => {
	const labels = new Map((image.labels as FullLabel[]).map(label => [label.classTitle, label]));
	const shown = Object.entries(scene).filter(([, shape]) => shape !== undefined);
	expect([...labels.keys()].sort(), where).toEqual(shown.map(([title]) => title).sort());
	expect(image.labels.length, where).toBe(labels.size);
	for (const [title, label] of labels) {
		// An object keeps its id through its whole video.
		const id = label.tags.find(({ name }) => name === 'object_id')?.value;
		const owner = `${dirname(dirname(image.path))}/${title}`;
		expect(id, where).toBeTypeOf('number');
		if (objectIds.has(owner)) expect(id, where).toBe(objectIds.get(owner));
		objectIds.set(owner, id);
	}
	const car = labels.get('car');
	if (car) {
		const index = Number(/_frame_(\d+)/.exec(image.name)?.[1]);
		expect(
			car.tags.some(({ name }) => name === 'auto-tracked'),
			where,
		).toBe(index % 10 !== 0);
		expect(car.tags.find(({ name }) => name === 'speed')?.value, where).toBe(index < 60 ? 12.5 : 30);
	}
	const near = (given: readonly (readonly number[])[], expected: readonly (readonly number[])[]) => {
		expect(given.length, where).toBe(expected.length);
		const tolerance = scale.x === 1 && scale.y === 1 ? 0 : 1;
		for (const [at, point] of expected.entries()) {
			expect(Math.abs((given[at]?.[0] as number) - (point[0] as number) * scale.x), where).toBeLessThanOrEqual(
				tolerance,
			);
			expect(Math.abs((given[at]?.[1] as number) - (point[1] as number) * scale.y), where).toBeLessThanOrEqual(
				tolerance,
			);
		}
	};
	const exterior = (title: string) => labels.get(title)?.points?.exterior ?? [];
	if (scene.car) near(exterior('car'), [scene.car.topLeft, scene.car.bottomRight]);
	if (scene.drone) near(exterior('drone'), scene.drone);
	if (scene.beacon) near(exterior('beacon'), [scene.beacon]);
	if (scene.trail) near(exterior('trail'), scene.trail);
	if (scene.ball) await checkDisc(labels.get('ball') as FullLabel, scene.ball, scale, where);
	return labels.size;
};

const checkDisc = async (
	label: FullLabel,
	ball: NonNullable<Scene['ball']>,
	scale: { x: number; y: number },
	where: string,
): Promise<void> => {
	const { origin, data } = label.bitmap as NonNullable<FolderLabel['bitmap']>;
	const near = (given: number, expected: number) =>
		expect(Math.abs(given - expected), where).toBeLessThanOrEqual(scale.x === 1 && scale.y === 1 ? 0 : 1);
	near(origin[0], (ball.centre[0] - ball.radius) * scale.x);
	near(origin[1], (ball.centre[1] - ball.radius) * scale.y);
	const mask: Size & { pixels: number } = await readMask(data);
	const side = 2 * ball.radius + 1;
	near(mask.width, side * scale.x);
	near(mask.height, side * scale.y);
	const area = discPixels(ball.radius).length * scale.x * scale.y;
	expect(Math.abs(mask.pixels - area) / area, where).toBeLessThanOrEqual(scale.x === 1 ? 0 : 0.15);
};

const masks = new Map<string, Size & { pixels: number }>();

/** Size of a mask and how many pixels are inside. */
const readMask = async (base64: string): Promise<Size & { pixels: number }> => {
	const known = masks.get(base64);
	if (known) return known;
	const png = inflateSync(Buffer.from(base64, 'base64'));
	const { data, info } = await sharp(png)
		.ensureAlpha()
		.toColourspace('srgb')
		.raw()
		.toBuffer({ resolveWithObject: true });
	let pixels = 0;
	for (let at = 0; at < data.length; at += 4) if ((data[at] as number) > 0 && (data[at + 3] as number) > 0) pixels++;
	const mask = { width: info.width, height: info.height, pixels };
	masks.set(base64, mask);
	return mask;
};
