import { PermanentError } from '../../errors.ts';

/** Pixels of a picture. */
export type Size = { width: number; height: number };

/** A geometry's own keys, flattened into the label, in sub-pixel coordinates. */
export type GeometryJson = Record<string, unknown>;

type Point = [x: number, y: number];
type Points = { points: { exterior: Point[]; interior: Point[][] } };

/** Pixel centres: what a point of a picture is in sub-pixel coordinates. */
const centre = ([x, y]: Point): Point => [Math.floor(x) + 0.5, Math.floor(y) + 0.5];

const shifted = (geometry: GeometryJson): GeometryJson => {
	const { points } = geometry as Points;
	return { points: { exterior: points.exterior.map(centre), interior: points.interior.map(hole => hole.map(centre)) } };
};

const rectangle = (geometry: GeometryJson): GeometryJson => {
	const [[x1, y1], [x2, y2]] = (geometry as Points).points.exterior as [Point, Point];
	const exterior = [
		[Math.min(x1, x2), Math.min(y1, y2)],
		[Math.max(x1, x2) + 1, Math.max(y1, y2) + 1],
	];
	return { points: { exterior, interior: [] } };
};

const toSubPixel: Record<string, (geometry: GeometryJson) => GeometryJson> = {
	rectangle,
	polygon: shifted,
	line: shifted,
	point: shifted,
	bitmap: geometry => ({ bitmap: geometry.bitmap }),
};

/**
 * A figure's geometry as labels of an image.
 * @param geometry in pixel coordinates of a picture of size `from`
 * @param to size of the picture it is for
 * @throws PermanentError `label` when it can't be carried over
 */
export const convertGeometry = async (
	type: string,
	geometry: GeometryJson,
	from: Size,
	to: Size,
): Promise<GeometryJson[]> => {
	const convert = toSubPixel[type];
	if (!convert) throw new PermanentError('label', `geometry ${type} can't be carried over`);
	if (from.width !== to.width || from.height !== to.height) {
		throw new PermanentError('label', `geometry ${type} can't be scaled`);
	}
	return [convert(geometry)];
};
