import * as z from 'zod';
import type { Size } from '../../../size.ts';
import { type Kind, parseWith, pointSchema } from './kind.ts';
import { type Box, isOnPicture, type Point, roundHalfToEven, type Scaling } from './plane.ts';
import { boxBetween, outerCorners } from './rectangle.ts';

const schema = z.object({ points: z.tuple([pointSchema, pointSchema]), angle: z.number() });

/** A box rotated about its centre by an angle in radians, from the x axis towards the y axis, which points down. */
type OrientedBox = { box: Box; angle: number };

/** As in Supervisely, only its centre must be inside the picture. */
export const orientedBox: Kind<OrientedBox> = {
	parse(geometry) {
		const { points, angle } = parseWith(schema, geometry);
		return { box: boxBetween(...points), angle };
	},
	clip: (shape, size) => (isOnPicture(centrePixel(shape.box), size) ? [shape] : []),
	scale(shape, scaling) {
		const { box, angle } = scaleTurned(shape, scaling);
		return { box: centredOn(box, scaling.to), angle };
	},
	toSubPixel: ({ box, angle }) => ({ points: outerCorners(box), angle }),
};

const centrePixel = ({ left, top, right, bottom }: Box): Point => [
	Math.floor((left + right) / 2),
	Math.floor((top + bottom) / 2),
];

/**
 * Unequal scaling turns a rotated box into a parallelogram, which is replaced by a box with the same longer axis and the
 * same area. This is exact for equal scaling and for boxes parallel to the axes.
 */
const scaleTurned = ({ box, angle }: OrientedBox, { x: fx, y: fy }: Scaling): OrientedBox => {
	if (fx === fy || angle === 0) {
		const { left, top, right, bottom } = box;
		return { box: rounded({ left: left * fx, top: top * fy, right: right * fx, bottom: bottom * fy }), angle };
	}
	const [width, height] = [box.right - box.left, box.bottom - box.top];
	const wide = width >= height;
	const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
	const axis = wide ? [cos * fx, sin * fy] : [-sin * fx, cos * fy];
	const turned = wide ? Math.atan2(sin * fy, cos * fx) : Math.atan2(sin * fx, cos * fy);
	const stretch = Math.hypot(...axis);
	const [long, short] = [Math.max(width, height) * stretch, (Math.min(width, height) * fx * fy) / stretch];
	const [halfWidth, halfHeight] = wide ? [long / 2, short / 2] : [short / 2, long / 2];
	const [x, y] = [((box.left + box.right) / 2) * fx, ((box.top + box.bottom) / 2) * fy];
	const turn = turned - angle;
	return {
		box: rounded({ left: x - halfWidth, top: y - halfHeight, right: x + halfWidth, bottom: y + halfHeight }),
		// Keeps full rotations of the angle.
		angle: angle + Math.atan2(Math.sin(turn), Math.cos(turn)),
	};
};

const rounded = ({ left, top, right, bottom }: Box): Box => ({
	left: roundHalfToEven(left),
	top: roundHalfToEven(top),
	right: roundHalfToEven(right),
	bottom: roundHalfToEven(bottom),
});

/** Moves the box back if rounding has moved its centre out of the picture. */
const centredOn = (box: Box, size: Size): Box => {
	const [x, y] = centrePixel(box);
	const dx = Math.min(Math.max(x, 0), size.width - 1) - x;
	const dy = Math.min(Math.max(y, 0), size.height - 1) - y;
	return { left: box.left + dx, top: box.top + dy, right: box.right + dx, bottom: box.bottom + dy };
};
