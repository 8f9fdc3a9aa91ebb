import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Size } from '#shared/size.ts';

/** A label of an image as an images project's folder has it, in pixel coordinates. */
export type FolderLabel = {
	classTitle: string;
	geometryType: string;
	points?: { exterior: [number, number][]; interior: [number, number][][] };
	bitmap?: { origin: [number, number]; data: string };
};
export type FolderImage = {
	path: string;
	name: string;
	dataset: string;
	size: Size;
	labels: FolderLabel[];
};

/** Colours of a project's classes. */
export function readColours(project: string): Map<string, string> {
	const meta = JSON.parse(readFileSync(join(project, 'meta.json'), 'utf8')) as {
		classes: { title: string; color: string }[];
	};
	return new Map(meta.classes.map(({ title, color }) => [title, color]));
}

/** All images of an images project's folder, dataset by dataset, in the order of their names. */
export function* readImages(project: string): Iterable<FolderImage> {
	for (const dataset of folders(project)) yield* imagesOf(join(project, dataset), dataset);
}

const folders = (parent: string): string[] =>
	readdirSync(parent, { withFileTypes: true })
		.filter(entry => entry.isDirectory())
		.map(entry => entry.name)
		.sort();

const imagesOf = function* (folder: string, dataset: string): Iterable<FolderImage> {
	const inside = folders(folder);
	if (inside.includes('img')) {
		for (const name of readdirSync(join(folder, 'img')).sort()) {
			const annotation = JSON.parse(readFileSync(join(folder, 'ann', `${name}.json`), 'utf8')) as {
				size: FolderImage['size'];
				objects: FolderLabel[];
			};
			yield { path: join(folder, 'img', name), name, dataset, size: annotation.size, labels: annotation.objects };
		}
	}
	if (!inside.includes('datasets')) return;
	for (const child of folders(join(folder, 'datasets'))) yield* imagesOf(join(folder, 'datasets', child), child);
};
