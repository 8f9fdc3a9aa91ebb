import sharp from 'sharp';
import { at } from '#shared/at.ts';
import { captionPath } from './caption.ts';
import { drawLabels } from './draw-labels.ts';
import { type FolderImage, readColours, readImages } from './read-images.ts';

const columns = 4;
const cell = { width: 320, height: 180, gap: 10, caption: 24 };

/**
 * Draws a PNG of some images of an images project's folder, with their labels on them.
 * @param perDataset images of each dataset, spread over it
 */
export async function drawContactSheet(project: string, path: string, perDataset: number): Promise<void> {
	const chosen = [...groupByDataset(project).values()].flatMap(images => spread(images, perDataset));
	const colours = readColours(project);
	const cells = await Promise.all(chosen.map(image => drawCell(image, colours)));
	const rows = Math.max(1, Math.ceil(cells.length / columns));
	const stepX = cell.width + cell.gap;
	const stepY = cell.height + cell.caption + cell.gap;
	await sharp({
		create: { width: columns * stepX + cell.gap, height: rows * stepY + cell.gap, channels: 3, background: '#20242c' },
	})
		.composite(
			cells.map((input, at) => ({
				input,
				left: cell.gap + (at % columns) * stepX,
				top: cell.gap + Math.floor(at / columns) * stepY,
			})),
		)
		.png()
		.toFile(path);
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

const spread = <Item>(items: Item[], count: number): Item[] =>
	Array.from({ length: Math.min(count, items.length) }, (_, i) => {
		const place = Math.floor(((i + 0.5) * items.length) / Math.min(count, items.length));
		return at(items, place);
	});

const drawCell = async (image: FolderImage, colours: Map<string, string>): Promise<Buffer> => {
	const { width, height } = image.size;
	const scale = Math.min(cell.width / width, cell.height / height);
	const shown = { width: Math.round(width * scale), height: Math.round(height * scale) };
	const left = Math.floor((cell.width - shown.width) / 2);
	const labels = await drawLabels(image, colours, scale);
	const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${shown.width}" height="${shown.height}" viewBox="0 0 ${width} ${height}">${labels}</svg>`;
	const caption = captionPath(image.name, 2, cell.height + 17, 13, cell.width - 4, '#d8dce4');
	const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${cell.width}" height="${cell.height + cell.caption}">${caption}</svg>`;
	const picture = await sharp(image.path).resize(shown.width, shown.height, { fit: 'fill' }).toBuffer();
	return sharp({
		create: { width: cell.width, height: cell.height + cell.caption, channels: 3, background: '#20242c' },
	})
		.composite([
			{ input: picture, left, top: 0 },
			{ input: Buffer.from(overlay), left, top: 0 },
			{ input: Buffer.from(text), left: 0, top: 0 },
		])
		.png()
		.toBuffer();
};
