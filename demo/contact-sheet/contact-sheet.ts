import sharp from 'sharp';
import { drawLabels } from './draw-labels.ts';
import { type FolderImage, readColours, readImages } from './read-images.ts';
import { drawCell, layOut, scaleInCell, spread } from './sheet.ts';

const columns = 4;

/**
 * Draws a PNG of some images of an images project's folder, with their labels on them.
 * @param perDataset images of each dataset, spread over it
 */
export async function drawContactSheet(project: string, path: string, perDataset: number): Promise<void> {
	const chosen = [...groupByDataset(project).values()].flatMap(images => spread(images, perDataset));
	const colours = readColours(project);
	const cells = await Promise.all(
		chosen.map(async image => {
			const labels = await drawLabels(image.labels, colours, scaleInCell(image.size));
			return drawCell({ image: sharp(image.path), size: image.size }, labels, [image.name]);
		}),
	);
	await layOut(cells, columns, 1).png().toFile(path);
}

const groupByDataset = (project: string): Map<string, FolderImage[]> => {
	const groups = new Map<string, FolderImage[]>();
	for (const image of readImages(project)) {
		const group = groups.get(image.dataset);
		if (group) group.push(image);
		else groups.set(image.dataset, [image]);
	}
	return groups;
};
