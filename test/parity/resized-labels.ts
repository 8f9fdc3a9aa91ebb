import type { DescribedLabel, Extent, Geometry } from '#test/parity/described-project.ts';

/** Corrections to what the SDK's `Annotation.resize` makes of single labels. */

type XY = [number, number];

/** Python's `round`, which the SDK scales with. */
const round = (value: number): number => {
	const rounded = Math.round(value);
	return Math.abs(value % 1) === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
};

const isPoint = (value: unknown): value is XY =>
	Array.isArray(value) && value.length === 2 && value.every(each => typeof each === 'number');

/** The same geometry with every [x, y] in it moved. */
const movePoints = (value: unknown, move: (at: XY) => XY): unknown => {
	if (isPoint(value)) return move(value);
	if (Array.isArray(value)) return value.map(each => movePoints(each, move));
	if (typeof value !== 'object' || value === null) return value;
	return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, movePoints(each, move)]));
};

const masks = new Set(['bitmap', 'alpha_mask', 'multichannelBitmap']);

/** What rounding leads beyond the last pixel lies on the last pixel; the SDK cuts there, and drops what is only there. */
export function edgeKept(label: DescribedLabel, _: Extent, [height, width]: Extent): void {
	if (masks.has(label.type) || label.type === 'oriented_bbox' || !label.uncropped) return;
	let beyond = false;
	const clamped = movePoints(label.uncropped, ([x, y]) => {
		beyond ||= x >= width || y >= height;
		return [Math.min(x, width - 1), Math.min(y, height - 1)];
	});
	if (beyond) label.resized = [clamped as Geometry];
}

/** A mask whose nearest pixels are all unset keeps every pixel that has something set in it; the SDK drops it. */
export function emptyMaskKept(label: DescribedLabel, from: Extent, to: Extent): void {
	if (!masks.has(label.type) || label.resized?.length !== 0) return;
	const { origin, rows } = label.geometry as { origin: XY; rows: number[][] };
	const [tall, wide] = [rows.length, rows[0]?.length ?? 0];
	const height = Math.max(round((tall * to[0]) / from[0]), 1);
	const width = Math.max(round((wide * to[1]) / from[1]), 1);
	const set: XY[] = [];
	for (const [y, row] of rows.entries()) {
		for (const [x, value] of row.entries()) {
			if (value) set.push([Math.floor((x * width) / wide), Math.floor((y * height) / tall)]);
		}
	}
	const [xs, ys] = [set.map(([x]) => x), set.map(([, y]) => y)];
	const [left, top] = [Math.min(...xs), Math.min(...ys)];
	const box = Array.from({ length: Math.max(...ys) - top + 1 }, (_, y) =>
		Array.from({ length: Math.max(...xs) - left + 1 }, (_, x) =>
			Number(set.some(at => at[0] === left + x && at[1] === top + y)),
		),
	);
	const scaled: XY = [round((origin[0] * to[1]) / from[1]), round((origin[1] * to[0]) / from[0])];
	label.resized = [{ origin: [scaled[0] + left, scaled[1] + top], rows: box }];
}

/** A turned box keeps its longer axis and its area under unequal scaling; the SDK keeps its angle, whatever that covers. */
export function turnedBox(label: DescribedLabel, from: Extent, to: Extent): void {
	const [fy, fx] = [to[0] / from[0], to[1] / from[1]];
	const { points, angle } = label.geometry as { points: [XY, XY]; angle: number };
	if (label.type !== 'oriented_bbox' || angle === 0 || fx === fy) return;
	const [[left, top], [right, bottom]] = points;
	const [width, height] = [right - left, bottom - top];
	if (width < height) throw new Error('Only boxes that are wider than high are told here');
	// Where the right end of the axis through the middle lies, seen from the centre.
	const [endX, endY] = [(Math.cos(angle) * width * fx) / 2, (Math.sin(angle) * width * fy) / 2];
	const half = Math.hypot(endX, endY);
	const short = (width * height * fx * fy) / (4 * half);
	const [x, y] = [((left + right) * fx) / 2, ((top + bottom) * fy) / 2];
	label.resized = [
		{
			points: [
				[round(x - half), round(y - short)],
				[round(x + half), round(y + short)],
			],
			angle: Number(Math.atan2(endY, endX).toFixed(9)),
		},
	];
}

/** Points of a type that the SDK doesn't know are scaled where they stand as in the known types; the SDK leaves them. */
export function unknownTypeScaled(label: DescribedLabel, from: Extent, to: Extent): void {
	if (label.type !== 'spline') return;
	const scaled = movePoints(label.geometry, ([x, y]) => [
		Math.min(round((x * to[1]) / from[1]), to[1] - 1),
		Math.min(round((y * to[0]) / from[0]), to[0] - 1),
	]);
	label.resized = [scaled as Geometry];
}
