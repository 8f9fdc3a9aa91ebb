import { inflateSync } from 'node:zlib';
import sharp from 'sharp';
import type { FolderLabel } from './read-images.ts';

/**
 * SVG to draw over an image: its labels, in the image's pixels.
 * @param scale by which both will be scaled; the width of the lines doesn't depend on it
 */
export async function drawLabels(labels: FolderLabel[], colours: Map<string, string>, scale: number): Promise<string> {
	const shapes = await Promise.all(
		labels.map(label => drawLabel(label, colours.get(label.classTitle) ?? '#ffffff', scale)),
	);
	return shapes.join('');
}

const drawLabel = async (label: FolderLabel, colour: string, scale: number): Promise<string> => {
	const style = `stroke="#fff" stroke-width="${1.5 / scale}" fill="${colour}" fill-opacity="0.35"`;
	const exterior = label.points?.exterior ?? [];
	const listOf = (points: [number, number][]) => points.map(([x, y]) => `${x + 0.5},${y + 0.5}`).join(' ');
	const list = listOf(exterior);
	if (label.geometryType === 'rectangle') {
		const [[x1, y1] = [0, 0], [x2, y2] = [0, 0]] = exterior;
		return `<rect x="${x1}" y="${y1}" width="${x2 - x1 + 1}" height="${y2 - y1 + 1}" ${style}/>`;
	}
	if (label.geometryType === 'polygon') {
		const rings = [exterior, ...(label.points?.interior ?? [])].map(ring => `M${listOf(ring)}Z`);
		return `<path d="${rings.join('')}" fill-rule="evenodd" ${style}/>`;
	}
	if (label.geometryType === 'line') {
		return `<polyline points="${list}" fill="none" stroke="#fff" stroke-width="${1.5 / scale}"/>`;
	}
	if (label.geometryType === 'point') {
		const [[x, y] = [0, 0]] = exterior;
		return `<circle cx="${x + 0.5}" cy="${y + 0.5}" r="${7 / scale}" fill="none" stroke="#fff" stroke-width="${1.5 / scale}"/>`;
	}
	return label.bitmap ? drawBitmap(label.bitmap, colour) : '';
};

/** A bitmap's mask in a lighter shade of its class's colour: the pixels that are neither 0 nor transparent. */
const drawBitmap = async (bitmap: { origin: [number, number]; data: string }, colour: string): Promise<string> => {
	const png = inflateSync(Buffer.from(bitmap.data, 'base64'));
	const { data, info } = await sharp(png)
		.toColourspace('srgb')
		.ensureAlpha()
		.raw()
		.toBuffer({ resolveWithObject: true });
	const [red, green, blue] = [1, 3, 5].map(at => Number.parseInt(colour.slice(at, at + 2), 16)) as [
		number,
		number,
		number,
	];
	for (let at = 0; at < data.length; at += 4) {
		const inside = (data[at] as number) > 0 && (data[at + 3] as number) > 0;
		data.set([255 - (255 - red) / 2, 255 - (255 - green) / 2, 255 - (255 - blue) / 2, inside ? 200 : 0], at);
	}
	const { width, height } = info;
	const image = await sharp(data, { raw: { width, height, channels: 4 } })
		.png()
		.toBuffer();
	const [x, y] = bitmap.origin;
	return `<image x="${x}" y="${y}" width="${width}" height="${height}" href="data:image/png;base64,${image.toString('base64')}"/>`;
};
