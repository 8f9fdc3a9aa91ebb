import * as z from 'zod';
import { type Kind, parseWith, pointSchema } from './kind.ts';
import { isOnPicture, type Point, pixelCentre, scalePoint } from './plane.ts';

const schema = z.object({ points: z.object({ exterior: z.tuple([pointSchema]) }) });

export const point: Kind<Point> = {
	parse: geometry => parseWith(schema, geometry).points.exterior[0],
	clip: (at, size) => (isOnPicture(at, size) ? [at] : []),
	scale: scalePoint,
	toSubPixel: at => ({ points: { exterior: [pixelCentre(at)], interior: [] } }),
};
