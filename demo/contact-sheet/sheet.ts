import sharp, { type Sharp } from 'sharp';
import type { Size } from '#shared/size.ts';
import { captionPath } from './caption.ts';

/** A cell of a contact sheet: a picture, and lines below it. Sizes in pixels. */
export const cellSize = { width: 320, height: 180, gap: 10, line: 20 };

const background = '#20242c';
const colours = ['#d8dce4', '#9aa3b2'];

/** The factor by which a picture is scaled to fit into its cell. */
export function scaleInCell({ width, height }: Size): number {
	return Math.min(cellSize.width / width, cellSize.height / height);
}

/**
 * Draws a cell as a PNG.
 * @param labels SVG in the pixels of the picture, drawn over it
 * @param captions lines of text
 */
export async function drawCell(
	picture: { image: Sharp; size: Size },
	labels: string,
	captions: string[],
): Promise<Buffer> {
	const { width, height } = picture.size;
	const scale = scaleInCell(picture.size);
	const shown = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
	const left = Math.floor((cellSize.width - shown.width) / 2);
	const whole = { width: cellSize.width, height: heightOfCell(captions.length) };
	const overlay = `<svg xmlns="http://www.w3.org/2000/svg" width="${shown.width}" height="${shown.height}" viewBox="0 0 ${width} ${height}">${labels}</svg>`;
	const lines = captions.map((caption, n) =>
		captionPath(caption, 2, cellSize.height + 17 + n * cellSize.line, 13, cellSize.width - 4, colours[n] as string),
	);
	const text = `<svg xmlns="http://www.w3.org/2000/svg" width="${whole.width}" height="${whole.height}">${lines.join('')}</svg>`;
	const small = await picture.image.resize(shown.width, shown.height, { fit: 'fill' }).png().toBuffer();
	return sharp({ create: { ...whole, channels: 3, background } })
		.composite([
			{ input: small, left, top: 0 },
			{ input: Buffer.from(overlay), left, top: 0 },
			{ input: Buffer.from(text), left: 0, top: 0 },
		])
		.png()
		.toBuffer();
}

/** Lays cells out in rows. @param lines of text below each picture */
export function layOut(cells: Buffer[], columns: number, lines: number): Sharp {
	const rows = Math.max(1, Math.ceil(cells.length / columns));
	const stepX = cellSize.width + cellSize.gap;
	const stepY = heightOfCell(lines) + cellSize.gap;
	const size = { width: columns * stepX + cellSize.gap, height: rows * stepY + cellSize.gap };
	return sharp({ create: { ...size, channels: 3, background } }).composite(
		cells.map((input, at) => ({
			input,
			left: cellSize.gap + (at % columns) * stepX,
			top: cellSize.gap + Math.floor(at / columns) * stepY,
		})),
	);
}

const heightOfCell = (lines: number): number => cellSize.height + 4 + lines * cellSize.line;

/** Some items, spread evenly. */
export function spread<Item>(items: Item[], count: number): Item[] {
	const some = Math.min(count, items.length);
	return Array.from({ length: some }, (_, n) => items[Math.floor(((n + 0.5) * items.length) / some)] as Item);
}
