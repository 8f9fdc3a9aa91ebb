import * as z from 'zod';
import { type Kind, parseWith, pointSchema } from './kind.ts';
import { isOnPicture, type Point, pixelCentre, scalePoint } from './plane.ts';

const nodesSchema = z
	.record(z.string(), z.object({ loc: pointSchema, disabled: z.boolean().nullish() }))
	.refine(nodes => Object.keys(nodes).length > 0, 'expected nodes');

const schema = z.object({
	// A node of this name would be lost silently.
	nodes: z
		.custom<object>(nodes => !Object.hasOwn(Object(nodes), '__proto__'), 'no node can be called __proto__')
		.pipe(nodesSchema),
});

type Node = { id: string; at: Point; disabled: boolean };

const moved = (nodes: Node[], move: (point: Point) => Point): Node[] =>
	nodes.map(node => ({ ...node, at: move(node.at) }));

/** Named points, such as the keypoints of a skeleton. Points outside the picture are left out. */
export const graph: Kind<Node[]> = {
	parse: geometry =>
		Object.entries(parseWith(schema, geometry).nodes).map(([id, { loc, disabled }]) => ({
			id,
			at: loc,
			disabled: disabled === true,
		})),
	clip(nodes, size) {
		const inside = nodes.filter(({ at }) => isOnPicture(at, size));
		if (inside.length === 0) return [];
		return [inside.length === nodes.length ? nodes : inside];
	},
	scale: (nodes, scaling) => moved(nodes, at => scalePoint(at, scaling)),
	toSubPixel: nodes => ({
		nodes: Object.fromEntries(
			moved(nodes, pixelCentre).map(({ id, at, disabled }) => [id, disabled ? { loc: at, disabled } : { loc: at }]),
		),
	}),
};
