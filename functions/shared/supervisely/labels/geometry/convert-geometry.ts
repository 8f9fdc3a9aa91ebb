import { PermanentError } from '../../../errors.ts';
import type { Size } from '../../../size.ts';
import { cuboid, cuboid2d } from './cuboids.ts';
import { graph } from './graph.ts';
import type { GeometryJson, Kind } from './kind.ts';
import { line } from './line.ts';
import { alphaMask, bitmap } from './masks.ts';
import { multichannelBitmap } from './multichannel-bitmap.ts';
import { multipolygon } from './multipolygon.ts';
import { opaque } from './opaque.ts';
import { orientedBox } from './oriented-box.ts';
import { scalingBetween } from './plane.ts';
import { point } from './point.ts';
import { polygon } from './polygon.ts';
import { rectangle } from './rectangle.ts';

/** A converted geometry: usually one, several if the border of the picture cuts it. */
export type Converted = {
	/** Keys to merge into a label, in sub-pixel coordinates. */
	geometries: GeometryJson[];
	/** Whether a part outside the source picture was cut off. */
	cut: boolean;
};

type Convert = (geometry: unknown, from: Size, to: Size) => Promise<Converted>;

const through =
	<Shape>(kind: Kind<Shape>): Convert =>
	async (geometry, from, to) => {
		const shape = await kind.parse(geometry);
		const pieces = kind.clip(shape, from);
		if (pieces.length === 0) {
			throw new PermanentError('label', `it lies outside the picture of ${from.width} x ${from.height}`);
		}
		const resized = from.width !== to.width || from.height !== to.height;
		const scaling = scalingBetween(from, to);
		const scaled = resized ? pieces.map(piece => kind.scale(piece, scaling)) : pieces;
		return { geometries: await Promise.all(scaled.map(kind.toSubPixel)), cut: pieces[0] !== shape };
	};

const refuse: Convert = async () => {
	throw new PermanentError('label', 'a 3D geometry cannot be drawn on a frame');
};

/** Types by Supervisely's names. */
const converters = new Map<string, Convert>([
	['rectangle', through(rectangle)],
	['polygon', through(polygon)],
	['multipolygon', through(multipolygon)],
	['line', through(line)],
	['point', through(point)],
	['bitmap', through(bitmap)],
	['alpha_mask', through(alphaMask)],
	['multichannelBitmap', through(multichannelBitmap)],
	['graph', through(graph)],
	['cuboid', through(cuboid)],
	['cuboid_2d', through(cuboid2d)],
	['oriented_bbox', through(orientedBox)],
	...['cuboid_3d', 'point_3d', 'polyline_3d', 'point_cloud', 'mesh', 'mask_3d', 'closed_surface_mesh'].map(
		type => [type, refuse] as const,
	),
]);

const convertUnknown = through(opaque);

/**
 * Converts the geometry of a figure to labels of an image: drops fractions of pixels, cuts off what is outside the source
 * picture, and scales the rest to the image.
 * @param geometry in pixel coordinates of a picture of size `from`
 * @param to size of the image
 * @throws PermanentError `label` when it is malformed, entirely outside, or three-dimensional
 */
export function convertGeometry(type: string, geometry: unknown, from: Size, to: Size): Promise<Converted> {
	return (converters.get(type) ?? convertUnknown)(geometry, from, to);
}
