import { drawLabels } from '#demo/contact-sheet/draw-labels.ts';
import type { FolderLabel } from '#demo/contact-sheet/read-images.ts';
import { drawCell, layOut, scaleInCell, spread } from '#demo/contact-sheet/sheet.ts';
import { at } from '#shared/at.ts';
import { secondsOf } from '#shared/sampling/select/frame-times.ts';
import { clock } from '#shared/sampling/timeline.ts';
import type { Size } from '#shared/size.ts';
import { annotateFrame } from '#shared/supervisely/labels/frame-annotation.ts';
import { type ProjectMeta, samplingTags } from '#shared/supervisely/meta/project-meta.ts';
import type { ExtractOptions, Frame } from '#shared/video/extract/run-decoder.ts';
import { toRgb } from '#shared/video/picture/encode.ts';
import { sharp } from '#shared/video/picture/sharp.ts';
import { mark } from './picture-folder.ts';
import { faultsOf, type PreviewedVideo, readPictures } from './preview-video.ts';

/** Most letters of a name in a caption; the caption shortens what is still too wide. */
const longestName = 100;
/** Lines of text below a picture. */
const lines = 2;

/**
 * How many pictures each video gets: equally many; what a video with few chosen frames leaves goes to the others.
 * @param chosen frames of each video
 */
export function share(pictures: number, chosen: number[]): number[] {
	const shares = chosen.map(() => 0);
	for (let left = pictures; left > 0; ) {
		const open = chosen.flatMap((count, n) => (at(shares, n) < count ? [n] : []));
		if (open.length === 0) break;
		// The remainder of the division goes to the first videos.
		const each = Math.max(1, Math.floor(left / open.length));
		for (const n of open.slice(0, left)) {
			const more = Math.min(each, at(chosen, n) - at(shares, n));
			shares[n] = at(shares, n) + more;
			left -= more;
		}
	}
	return shares;
}

/**
 * Draws some of the chosen frames of a video, spread over it, with their labels.
 * @param meta with the colours of the classes; undefined draws no labels
 * @returns cells of a contact sheet, and what could not be decoded
 */
export async function drawPictures(
	previewed: PreviewedVideo,
	count: number,
	meta: ProjectMeta | undefined,
	decoding: ExtractOptions,
): Promise<{ cells: Buffer[]; faults: string[] }> {
	const { chosen, annotation } = previewed;
	const ruleOf = new Map(chosen.frames.map((frame, n) => [frame, at(chosen.rules, n)]));
	const wanted = spread(chosen.frames, count);
	const labels = meta && annotation ? { annotation: annotation.slice(wanted), meta: withTags(meta) } : undefined;
	const colours = new Map((meta?.classes ?? []).map(({ title, color }) => [title, color]));
	const cells = new Map<number, Buffer>();
	const pictures = readPictures(previewed, wanted, decoding);
	for (;;) {
		const { value, done } = await pictures.next();
		if (done) return { cells: wanted.flatMap(frame => cells.get(frame) ?? []), faults: faultsOf(value) };
		const size = { width: value.width, height: value.height };
		const onFrame = labels ? await labelsOn(labels, value.index, size) : [];
		const overlay = await drawLabels(onFrame, colours, scaleInCell(size));
		const image = await pictureOf(value);
		const captions = captionsOf(previewed, value.index, ruleOf.get(value.index) as string);
		cells.set(value.index, await drawCell({ image, size }, overlay, captions));
	}
}

/** Writes a contact sheet of cells as JPEG. */
export async function writeSheet(cells: Buffer[], file: string): Promise<void> {
	const sheet = layOut(cells, columnsFor(cells.length), lines).withExif({ IFD0: { Software: mark } });
	await sheet.jpeg({ quality: 88, mozjpeg: true }).toFile(file);
}

/** Number of columns of a sheet: 4 for few pictures, up to 8 for many, so that the sheet doesn't get too tall. */
export function columnsFor(pictures: number): number {
	return Math.min(8, Math.max(4, Math.ceil(Math.sqrt(pictures * 0.6))));
}

const pictureOf = async (frame: Frame) => {
	const { data, width, height } = await toRgb(frame);
	return sharp(data, { raw: { width, height, channels: 3 } });
};

const captionsOf = ({ video, times, quality }: PreviewedVideo, frame: number, rule: string): string[] => {
	const scores = quality?.scores.get(frame);
	const sharpness = scores ? [`sharpness ${scores.sharpness.toFixed(scores.sharpness < 10 ? 1 : 0)}`] : [];
	const time = clock(secondsOf(times, frame), 2);
	return [[...video.name].slice(0, longestName).join(''), [`frame ${frame}`, time, rule, ...sharpness].join('  ·  ')];
};

/** Adds the tags that every destination has, so that labels are converted as for a destination. */
const withTags = (meta: ProjectMeta): ProjectMeta => {
	const missing = samplingTags.filter(({ name }) => !meta.tags.some(tag => tag.name === name));
	return { ...meta, tags: [...meta.tags, ...missing] };
};

/** The labels of a frame as the contact sheet draws them: in pixel coordinates instead of sub-pixel ones. */
const labelsOn = async (
	labels: Parameters<typeof annotateFrame>[0],
	frame: number,
	size: Size,
): Promise<FolderLabel[]> => {
	const { annotation, specialFigures } = await annotateFrame(labels, frame, { from: size, to: size });
	const special = specialFigures.map(({ head, geometry }) => ({ ...geometry, ...head }));
	return ([...annotation.objects, ...special] as unknown as SubPixelLabel[]).flatMap(
		({ classTitle, geometryType, points, bitmap, parts }): FolderLabel[] => {
			const common = { classTitle, geometryType };
			const drawn = (all: Points, more = {}) => ({ ...common, points: all, ...more });
			if (bitmap) return [{ ...common, bitmap }];
			if (parts) return parts.map(part => drawn(moved(part), { geometryType: 'polygon' }));
			if (!points) return [];
			if (geometryType !== 'rectangle') return [drawn(moved(points))];
			const [corner, [right, bottom]] = points.exterior as [Point, Point];
			return [drawn({ exterior: [corner, [right - 1, bottom - 1]], interior: [] })];
		},
	);
};

type Point = [number, number];
type Points = { exterior: Point[]; interior: Point[][] };
type SubPixelLabel = Omit<FolderLabel, 'points'> & { points?: Points; parts?: Points[] };

/** Subtracts half a pixel from sub-pixel coordinates, which `drawLabels` adds again. */
const moved = ({ exterior, interior }: Points): Points => {
	const ring = (points: Point[]) => points.map(([x, y]): Point => [x - 0.5, y - 0.5]);
	return { exterior: ring(exterior), interior: interior.map(ring) };
};
