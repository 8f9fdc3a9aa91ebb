import type { Size } from '#shared/size.ts';
import type { PlacedRaster } from '#shared/supervisely/labels/geometry/placed-raster.ts';

/** COCO's uncompressed run lengths, column by column: alternately unset and set pixels, beginning with unset ones. */
export type RunLengths = { size: [height: number, width: number]; counts: number[] };

/** Run lengths of a mask that lies inside an image, and the number of its set pixels. */
export function runLengthsOf(
	{ origin: [left, top], raster }: PlacedRaster,
	{ width, height }: Size,
): { segmentation: RunLengths; area: number } {
	const counts = [0];
	/** The number of pixels in the runs so far, whether the last run is of set pixels, and the number of set pixels. */
	let [reached, isSet, area] = [0, false, 0];
	const reach = (place: number, set: boolean) => {
		if (place === reached) return;
		if (set === isSet) counts[counts.length - 1] = (counts.at(-1) as number) + place - reached;
		else counts.push(place - reached);
		if (set) area += place - reached;
		[reached, isSet] = [place, set];
	};
	for (let x = 0; x < raster.width; x++) {
		const start = (left + x) * height + top;
		reach(start, false);
		for (let y = 0; y < raster.height; y++) reach(start + y + 1, raster.data[y * raster.width + x] !== 0);
	}
	reach(width * height, false);
	return { segmentation: { size: [height, width], counts }, area };
}
