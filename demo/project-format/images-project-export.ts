import { randomUUID } from 'node:crypto';
import { copyFile, link, mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { SafeNames } from './safe-names.ts';

/** An image to write: its file, its annotation in pixel coordinates, its meta. */
export type ExportedImage = {
	id: number;
	name: string;
	file: string;
	annotation: unknown;
	meta: Record<string, unknown>;
};

/** A dataset to write, with its children. */
export type ExportedDataset = {
	id: number;
	name: string;
	images: () => Iterable<ExportedImage>;
	children: ExportedDataset[];
};

/** A project to write. `meta` is the content of meta.json. */
export type ExportedProject = { meta: unknown; datasets: ExportedDataset[] };

/** Names that have a meaning in the format and so can't be those of datasets. */
const reserved = ['img', 'ann', 'img_info', 'seg', 'meta', 'datasets', 'blob', 'meta.json', 'video', 'README.md'];
const atOnce = 32;

/**
 * Writes a project in Supervisely's image project format: `meta.json`, and for each dataset `img/<image>`,
 * `ann/<image>.json`, `meta/<image>.json` (the image's meta) and its children under `datasets/`. Image files are hard
 * links where the file system supports them. No name leads out of the folder. Writing again replaces files that differ.
 */
export async function exportImagesProject(project: ExportedProject, folder: string): Promise<void> {
	await mkdir(folder, { recursive: true });
	await writeJson(join(folder, 'meta.json'), project.meta);
	await exportDatasets(project.datasets, folder);
}

async function exportDatasets(datasets: ExportedDataset[], folder: string): Promise<void> {
	const names = new SafeNames(reserved);
	for (const dataset of datasets) {
		const place = join(folder, names.give(dataset.name, dataset.id));
		for (const part of ['img', 'ann', 'meta']) await mkdir(join(place, part), { recursive: true });
		await exportImages(dataset.images(), place);
		if (dataset.children.length > 0) {
			await mkdir(join(place, 'datasets'), { recursive: true });
			await exportDatasets(dataset.children, join(place, 'datasets'));
		}
	}
}

async function exportImages(images: Iterable<ExportedImage>, folder: string): Promise<void> {
	const names = new SafeNames();
	let batch: Promise<void>[] = [];
	for (const image of images) {
		batch.push(exportImage(image, folder, names.give(image.name, image.id)));
		if (batch.length === atOnce) {
			await Promise.all(batch);
			batch = [];
		}
	}
	await Promise.all(batch);
}

async function exportImage(image: ExportedImage, folder: string, name: string): Promise<void> {
	await placeFile(image.file, join(folder, 'img', name));
	await writeJson(join(folder, 'ann', `${name}.json`), image.annotation);
	await writeJson(join(folder, 'meta', `${name}.json`), image.meta);
}

async function placeFile(from: string, to: string): Promise<void> {
	const [source, there] = await Promise.all([stat(from), stat(to).catch(() => null)]);
	if (there && there.ino === source.ino && there.dev === source.dev) return;
	await replace(to, temporary => link(from, temporary).catch(() => copyFile(from, temporary)));
}

async function writeJson(file: string, value: unknown): Promise<void> {
	const text = `${JSON.stringify(value, null, '\t')}\n`;
	if ((await readFile(file, 'utf8').catch(() => null)) === text) return;
	await replace(file, temporary => writeFile(temporary, text));
}

/** Writes a file under a temporary name and renames it, so that it is never seen incomplete. */
async function replace(file: string, make: (temporary: string) => Promise<void>): Promise<void> {
	const temporary = `${file.slice(0, Math.max(0, file.lastIndexOf('/')))}/.${randomUUID()}`;
	try {
		await make(temporary);
		await rename(temporary, file);
	} finally {
		await rm(temporary, { force: true });
	}
}
