import { z } from 'zod';
import { type Kind, parseWith, pointSchema } from './kind.ts';
import { type Box, isOnPicture, type Point, roundHalfToEven, type Scaling, type Size } from './plane.ts';
import { boxBetween, outerCorners } from './rectangle.ts';

const schema = z.object({ points: z.tuple([pointSchema, pointSchema]), angle: z.number() });

/** A box that is turned about its centre by an angle in radians, from the x axis to the y axis, which points down. */
type OrientedBox = { box: Box; angle: number };

/** As for the remote: it may reach beyond the picture with all but its centre. */
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
 * Unequal scaling makes a parallelogram of a turned box. The box for it: its longer axis goes where that of the shape
 * goes, end to end, and its other side is such that it covers the same area. For equal scaling, and for boxes along the
 * picture's sides, that is the exact place.
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
		// Whole turns that the angle had are kept.
		angle: angle + Math.atan2(Math.sin(turn), Math.cos(turn)),
	};
};

const rounded = ({ left, top, right, bottom }: Box): Box => ({
	left: roundHalfToEven(left),
	top: roundHalfToEven(top),
	right: roundHalfToEven(right),
	bottom: roundHalfToEven(bottom),
});

/** The box moved by the pixel that rounding may have led its centre beyond the picture. */
const centredOn = (box: Box, size: Size): Box => {
	const [x, y] = centrePixel(box);
	const dx = Math.min(Math.max(x, 0), size.width - 1) - x;
	const dy = Math.min(Math.max(y, 0), size.height - 1) - y;
	return { left: box.left + dx, top: box.top + dy, right: box.right + dx, bottom: box.bottom + dy };
};
