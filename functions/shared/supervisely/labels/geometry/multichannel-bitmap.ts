import * as z from 'zod';
import { type Kind, parseWith, pointSchema } from './kind.ts';
import { type Channels, readNpy, writeNpy } from './npy.ts';
import { cutRaster, type PlacedRaster, scaleRaster } from './placed-raster.ts';

const schema = z.object({ multichannelBitmap: z.object({ origin: pointSchema, data: z.string() }) });

type ChannelMask = PlacedRaster & Omit<Channels, 'raster'>;

/** Several numbers for each pixel of a box. */
export const multichannelBitmap: Kind<ChannelMask> = {
	parse(geometry) {
		const { origin, data } = parseWith(schema, geometry).multichannelBitmap;
		return { origin, ...readNpy(data) };
	},
	clip(mask, size) {
		const cut = cutRaster(mask, size);
		if (!cut) return [];
		return [cut === mask ? mask : { ...mask, ...cut }];
	},
	scale: (mask, scaling) => ({ ...mask, ...scaleRaster(mask, scaling) }),
	toSubPixel: ({ origin, ...channels }) => ({ multichannelBitmap: { origin, data: writeNpy(channels) } }),
};
