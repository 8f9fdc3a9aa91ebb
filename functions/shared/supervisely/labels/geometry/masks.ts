import * as z from 'zod';
import { PermanentError } from '../../../errors.ts';
import { type Kind, parseWith, pointSchema } from './kind.ts';
import { type MaskReading, readMask, writeMask } from './mask-png.ts';
import { cutRaster, type PlacedRaster, scaleRaster } from './placed-raster.ts';
import { greatest, slice, tightBox } from './raster.ts';

const schema = z.object({ bitmap: z.object({ origin: pointSchema, data: z.string() }) });

/** A mask cropped to its set pixels. `data`: the original data while the mask is unchanged. */
type Mask = PlacedRaster & { data?: string };

const maskKind = (reading: MaskReading): Kind<Mask> => ({
	async parse(geometry) {
		const { origin, data } = parseWith(schema, geometry).bitmap;
		const { raster, packed } = await readMask(data, reading);
		const mask = tightened({ origin, raster });
		if (!mask) throw new PermanentError('label', 'geometry.bitmap.data holds an empty mask');
		return mask.raster === raster && packed ? { ...mask, data } : mask;
	},
	clip(mask, size) {
		const cut = cutRaster(mask, size);
		if (cut === mask) return [mask];
		const tight = cut && tightened(cut);
		return tight ? [tight] : [];
	},
	scale(mask, scaling) {
		const scaled = scaleRaster(mask, scaling);
		const { width, height } = scaled.raster;
		// If nearest-neighbour sampling misses all set pixels, every set pixel counts.
		return tightened(scaled) ?? (tightened({ ...scaled, raster: greatest(mask.raster, width, height) }) as Mask);
	},
	async toSubPixel({ origin, raster, data }) {
		return { bitmap: { origin, data: data ?? (await writeMask(raster, reading)) } };
	},
});

const tightened = ({ origin: [x, y], raster }: PlacedRaster): Mask | undefined => {
	const box = tightBox(raster);
	return box && { origin: [x + box.left, y + box.top], raster: slice(raster, box) };
};

/** Pixels that are set or not. */
export const bitmap = maskKind('set');

/** Pixels with an opacity of 0 to 255. */
export const alphaMask = maskKind('alpha');
