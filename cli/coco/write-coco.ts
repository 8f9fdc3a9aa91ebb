import { createReadStream, rmSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FramefanError, messageOf, PermanentError } from '#shared/errors.ts';
import type { ManifestRow } from '#shared/sampling/manifest.ts';
import { parseProjectMeta } from '#shared/supervisely/meta/project-meta.ts';
import type { StoredAnnotation, SuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { CallRefused } from '#shared/supervisely/remote/http-client.ts';
import { writeWhole } from '../write-whole.ts';
import { type CocoShape, cocoShapeOf, cocoShapes } from './coco-shape.ts';

/** Images whose labels are read in one call, and calls at the same time. */
const imagesPerCall = 50;
const callsAtOnce = 4;

/** How many labels of a class and a geometry are not in the file. `unreadable`: COCO supports the geometry. */
export type LeftOut = { class: string; shape: string; count: number; unreadable: boolean };

export type CocoResult = {
	images: number;
	annotations: number;
	leftOut: LeftOut[];
	/** Images of the sampling that are no longer on the server. */
	gone: number;
};

type Api = Pick<SuperviselyApi, 'annotations' | 'projectMeta'>;

/**
 * Writes images and their labels, as they are on the server, as a COCO file. Labels are read in batches and written
 * piece by piece, so memory is bounded, however many there are. The file appears when it is complete.
 * @param rows of the manifest, of one project
 * @returns what was written and what was left out
 * @throws FramefanError when the file can't be written, or the server doesn't answer or refuses all images
 */
export async function writeCoco(
	file: string,
	rows: AsyncIterable<ManifestRow> | Iterable<ManifestRow>,
	supervisely: Api,
	description: string,
): Promise<CocoResult> {
	// In the JSON, the list of annotations follows that of all images, so annotations are kept in this file until then.
	const waiting = `${file}.annotations.partial`;
	const annotations = await open(waiting, 'w+', 0o600).catch(error => {
		throw new FramefanError(`${file} can't be written (${messageOf(error)})`);
	});
	const result: CocoResult = { images: 0, annotations: 0, leftOut: [], gone: 0 };
	try {
		await writeWhole(file, piecesOf(rows, supervisely, { description, result, annotations, waiting }));
	} finally {
		await annotations.close();
		rmSync(waiting, { force: true });
	}
	return result;
}

async function* piecesOf(
	rows: AsyncIterable<ManifestRow> | Iterable<ManifestRow>,
	supervisely: Api,
	{
		description,
		result,
		annotations,
		waiting,
	}: { description: string; result: CocoResult; annotations: FileHandle; waiting: string },
): AsyncGenerator<string | Uint8Array> {
	yield `{"info":${JSON.stringify({ description, version: '1.0' })},"licenses":[],"images":[`;
	let categories: Categories | undefined;
	let refusal: CallRefused | undefined;
	const onRefused = (error: CallRefused) => {
		refusal = error;
	};
	const read = async (batch: ManifestRow[]) => ({ batch, found: await annotationsOf(supervisely, batch, onRefused) });
	for await (const { batch, found } of inOrder(batchesOf(rows), read)) {
		categories ??= await categoriesOf(supervisely, batch[0]?.project_id as number);
		for (const row of batch) {
			const annotation = found.get(row.image_id);
			if (!annotation) {
				result.gone++;
				continue;
			}
			yield `${result.images++ === 0 ? '' : ','}\n${JSON.stringify(imageOf(row, annotation))}`;
			const texts: string[] = [];
			for (const label of annotation.objects) {
				const shape = await shapeOf(label, annotation.size, result);
				if (!shape) continue;
				const id = ++result.annotations;
				const head = { id, image_id: row.image_id, category_id: categories.idOf(label.classTitle) };
				texts.push(`${id === 1 ? '' : ','}\n${JSON.stringify({ ...head, ...shape, iscrowd: 0 })}`);
			}
			if (texts.length > 0) await annotations.appendFile(texts.join(''));
		}
	}
	// If no image at all could be read, the refusal is not about single images that are gone.
	if (refusal && result.images === 0) throw refusal;
	yield '\n],"annotations":[';
	yield* createReadStream(waiting);
	const list = categories?.list() ?? [];
	yield `\n],"categories":[${list.map(each => `\n${JSON.stringify(each)}`).join(',')}\n]}\n`;
}

/** Consecutive rows of the same dataset, in batches. */
async function* batchesOf(rows: AsyncIterable<ManifestRow> | Iterable<ManifestRow>): AsyncGenerator<ManifestRow[]> {
	let batch: ManifestRow[] = [];
	for await (const row of rows) {
		if (batch.length === imagesPerCall || (batch[0] && batch[0].dataset_id !== row.dataset_id)) {
			yield batch;
			batch = [];
		}
		batch.push(row);
	}
	if (batch.length > 0) yield batch;
}

/** Works on a few items at a time, and yields the results in the order of the items. */
async function* inOrder<Item, Found>(
	items: AsyncIterable<Item>,
	work: (item: Item) => Promise<Found>,
): AsyncGenerator<Found> {
	const working: Promise<Found>[] = [];
	for await (const item of items) {
		const one = work(item);
		// Avoids unhandledRejection; the error is thrown when its turn comes.
		one.catch(() => {});
		working.push(one);
		if (working.length >= callsAtOnce) yield await (working.shift() as Promise<Found>);
	}
	for (const one of working) yield await one;
}

/** The annotations of images, by image id. If one image is gone, the server refuses the batch, which is then halved. */
const annotationsOf = async (
	supervisely: Api,
	batch: ManifestRow[],
	onRefused: (error: CallRefused) => void,
): Promise<Map<number, StoredAnnotation>> => {
	try {
		const ids = batch.map(row => row.image_id);
		return await supervisely.annotations(batch[0]?.dataset_id as number, ids);
	} catch (error) {
		if (!(error instanceof CallRefused)) throw error;
		onRefused(error);
		if (batch.length === 1) return new Map();
		const middle = Math.ceil(batch.length / 2);
		const first = await annotationsOf(supervisely, batch.slice(0, middle), onRefused);
		return new Map([...first, ...(await annotationsOf(supervisely, batch.slice(middle), onRefused))]);
	}
};

const imageOf = (row: ManifestRow, { size: { width, height } }: StoredAnnotation) => ({
	...{ id: row.image_id, file_name: row.image_name, width, height },
	...{ dataset_id: row.dataset_id, video_id: row.video_id, frame_index: row.frame_index },
	...(row.split ? { split: row.split } : {}),
});

/** The shape of a label; undefined for one that is left out, which is counted. */
const shapeOf = async (
	label: StoredAnnotation['objects'][number],
	size: StoredAnnotation['size'],
	{ leftOut }: CocoResult,
): Promise<CocoShape | undefined> => {
	let unreadable = false;
	try {
		const shape = await cocoShapeOf(label, size);
		if (shape) return shape;
	} catch (error) {
		if (!(error instanceof PermanentError)) throw error;
		unreadable = true;
	}
	const { classTitle, geometryType } = label;
	const known = leftOut.find(
		each => each.class === classTitle && each.shape === geometryType && each.unreadable === unreadable,
	);
	if (known) known.count++;
	else leftOut.push({ class: classTitle, shape: geometryType, count: 1, unreadable });
	return undefined;
};

type Categories = {
	idOf(title: string): number;
	list(): { id: number; name: string; supercategory: string }[];
};

/** The COCO categories: the project's classes whose labels COCO may support, in their order, with ids from 1. */
const categoriesOf = async (supervisely: Api, project: number): Promise<Categories> => {
	const { classes } = parseProjectMeta(await supervisely.projectMeta(project), project);
	const ids = new Map<string, number>();
	const idOf = (title: string): number => {
		const id = ids.get(title) ?? ids.size + 1;
		ids.set(title, id);
		return id;
	};
	for (const { title, shape } of classes) if (cocoShapes.has(shape)) idOf(title);
	return { idOf, list: () => [...ids].map(([name, id]) => ({ id, name, supercategory: '' })) };
};
