import * as z from 'zod';
import { type Kind, parseWith, pointSchema } from './kind.ts';
import { type Box, cutBox, type Point, scalePoint } from './plane.ts';

const schema = z.object({ points: z.object({ exterior: z.tuple([pointSchema, pointSchema]) }) });

/** The box between two opposite corners, in any order. */
export function boxBetween([x1, y1]: Point, [x2, y2]: Point): Box {
	return {
		left: Math.min(x1, x2),
		top: Math.min(y1, y2),
		right: Math.max(x1, x2),
		bottom: Math.max(y1, y2),
	};
}

/** The corners of a box in sub-pixel coordinates, at the outer edges of its pixels. */
export function outerCorners({ left, top, right, bottom }: Box): [Point, Point] {
	return [
		[left, top],
		[right + 1, bottom + 1],
	];
}

export const rectangle: Kind<Box> = {
	parse: geometry => boxBetween(...parseWith(schema, geometry).points.exterior),
	clip(box, size) {
		const cut = cutBox(box, size);
		if (!cut) return [];
		const whole = cut.left === box.left && cut.top === box.top && cut.right === box.right && cut.bottom === box.bottom;
		return [whole ? box : cut];
	},
	scale: ({ left, top, right, bottom }, scaling) =>
		boxBetween(scalePoint([left, top], scaling), scalePoint([right, bottom], scaling)),
	toSubPixel: box => ({ points: { exterior: outerCorners(box), interior: [] } }),
};
