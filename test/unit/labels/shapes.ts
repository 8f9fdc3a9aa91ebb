import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import sharp from 'sharp';
import type { Size } from '#shared/size.ts';
import { readVideoAnnotation } from '../../../functions/shared/supervisely/annotation/video-annotation.ts';
import { convertGeometry } from '../../../functions/shared/supervisely/labels/geometry/convert-geometry.ts';
import type { Point } from '../../../functions/shared/supervisely/labels/geometry/plane.ts';

/** The pictures that the checks of the contract were made with. */
export const full: Size = { width: 64, height: 48 };
export const half: Size = { width: 32, height: 24 };

/** Points written as `1,2 20,2 20,22`. */
export function xy(text: string): Point[] {
	return text.split(' ').map(pair => pair.split(',').map(Number) as Point);
}

/** A geometry of points: the exterior, then holes. */
export function points(exterior: string, ...interior: string[]) {
	return {
		points: { exterior: xy(exterior), interior: interior.map(xy) },
	};
}

/** A part of a multipolygon. */
export function part(exterior: string) {
	return { exterior: xy(exterior), interior: [] };
}

/** A cuboid's corners, and which of them its faces have. */
export const corners = xy('4,6 14,6 14,16 4,16 8,2 18,2 18,12 8,12');
export const faces = ['0123', '4567', '0154'].map(each => [...each].map(Number));

/** A cuboid_2d with these corners. */
export function vertices(locations: Point[]) {
	const names = ['topleft', 'topright', 'bottomright', 'bottomleft'];
	const all = ['face1', 'face2'].flatMap(face => names.map(name => `${face}-${name}`));
	return { vertices: Object.fromEntries(all.map((name, at) => [name, { loc: locations[at] }])) };
}

/** The one geometry that a conversion gives. */
export async function convertOne(
	type: string,
	geometry: unknown,
	from: Size = full,
	to: Size = from,
): Promise<unknown> {
	const { geometries } = await convertGeometry(type, geometry, from, to);
	if (geometries.length !== 1) throw new Error(`Expected one geometry, got ${JSON.stringify(geometries)}`);
	return geometries[0];
}

/** `data` of a mask given as rows of values; gray by default. */
export async function maskData(rows: number[][]): Promise<string> {
	const raw = { width: rows[0]?.length ?? 0, height: rows.length, channels: 1 as const };
	const png = await sharp(Buffer.from(rows.flat()), { raw }).toColourspace('b-w').png().toBuffer();
	return deflateSync(png).toString('base64');
}

export const sizes = fc.record({ width: fc.integer({ min: 1, max: 90 }), height: fc.integer({ min: 1, max: 90 }) });

/** A pixel on a picture, or up to `margin` pixels beyond it. */
export function pointOn({ width, height }: Size, margin = 0): fc.Arbitrary<Point> {
	return fc.tuple(
		fc.integer({ min: -margin, max: width - 1 + margin }),
		fc.integer({ min: -margin, max: height - 1 + margin }),
	);
}

/** A video's annotation as the server's answer brings it. */
export function annotationOf(value: object) {
	return readVideoAnnotation(new Blob([JSON.stringify([value])]).stream(), () => true);
}
