import * as z from 'zod';
import { type Contour, contourCentres, contourSchema, mapContour } from './contour.ts';
import { type Kind, parseWith } from './kind.ts';
import { scalePoint } from './plane.ts';
import { cutContour } from './polygon.ts';

const hasRings = ({ exterior, interior }: Contour) => [exterior, ...interior].every(ring => ring.length >= 3);
const schema = z.object({
	parts: z.array(contourSchema.refine(hasRings, 'expected rings of 3 points or more')).min(1),
});

/** Several polygons that form one label, also after cutting. */
export const multipolygon: Kind<Contour[]> = {
	parse: geometry => parseWith(schema, geometry).parts,
	clip(parts, size) {
		const cut = parts.flatMap(part => cutContour(part, size));
		if (cut.length === 0) return [];
		return [cut.length === parts.length && cut.every((part, at) => part === parts[at]) ? parts : cut];
	},
	scale: (parts, scaling) => parts.map(part => mapContour(part, at => scalePoint(at, scaling))),
	toSubPixel: parts => ({ parts: parts.map(contourCentres) }),
};
