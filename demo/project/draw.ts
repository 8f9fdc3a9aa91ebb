import { at } from '#shared/at.ts';
import type { Size } from '#shared/size.ts';
import { drawBarcode, type RgbPicture } from './barcode.ts';
import type { Point, Scene } from './scene.ts';

type Colour = readonly [red: number, green: number, blue: number];

/** Colours of the shapes; the classes of the labels have the same. */
export const colours = {
	car: [220, 60, 50],
	drone: [60, 160, 90],
	ball: [245, 190, 40],
	beacon: [240, 240, 250],
	trail: [70, 110, 220],
} as const satisfies Record<keyof Scene, Colour>;

/** The background that the shapes move over: soft stripes, as RGB. */
export function drawBackground({ width, height }: Size): Buffer {
	const data = Buffer.alloc(width * height * 3);
	for (let y = 0, at = 0; y < height; y++) {
		for (let x = 0; x < width; x++) {
			const wave = Math.sin(x / 23 + Math.sin(y / 31) * 2) * 12 + Math.sin((x + y) / 57) * 10;
			data[at++] = 62 + wave + (y * 30) / height;
			data[at++] = 74 + wave + (y * 22) / height;
			data[at++] = 92 + wave - (y * 30) / height;
		}
	}
	return data;
}

/** Draws a frame as RGB: background, shapes, barcode. */
export function drawFrame(background: Buffer, size: Size, scene: Scene, frame: number): Buffer {
	const picture: RgbPicture = { ...size, data: Buffer.from(background) };
	const dot = (x: number, y: number, [red, green, blue]: Colour) => {
		if (x < 0 || y < 0 || x >= size.width || y >= size.height) return;
		picture.data.set([red, green, blue], (y * size.width + x) * 3);
	};
	const line = (a: Point, b: Point, half: number, colour: Colour) => {
		const steps = Math.max(Math.abs(b[0] - a[0]), Math.abs(b[1] - a[1]), 1);
		for (let step = 0; step <= steps; step++) {
			const x = Math.round(a[0] + ((b[0] - a[0]) * step) / steps);
			const y = Math.round(a[1] + ((b[1] - a[1]) * step) / steps);
			for (let dy = -half; dy <= half; dy++) for (let dx = -half; dx <= half; dx++) dot(x + dx, y + dy, colour);
		}
	};
	const { car, drone, ball, beacon, trail } = scene;
	if (trail) {
		for (let i = 1; i < trail.length; i++) line(at(trail, i - 1), at(trail, i), 1, colours.trail);
	}
	if (car) {
		for (let y = car.topLeft[1]; y <= car.bottomRight[1]; y++) {
			for (let x = car.topLeft[0]; x <= car.bottomRight[0]; x++) dot(x, y, colours.car);
		}
	}
	if (drone) {
		for (const [y, from, to] of polygonRows(drone)) for (let x = from; x <= to; x++) dot(x, y, colours.drone);
	}
	if (ball) {
		for (const [x, y] of discPixels(ball.radius)) dot(ball.centre[0] + x, ball.centre[1] + y, colours.ball);
	}
	if (beacon) {
		line([beacon[0] - 6, beacon[1]], [beacon[0] + 6, beacon[1]], 0, colours.beacon);
		line([beacon[0], beacon[1] - 6], [beacon[0], beacon[1] + 6], 0, colours.beacon);
	}
	drawBarcode(picture, frame);
	return picture.data as Buffer;
}

/** Pixels of a disc around (0, 0). */
export function discPixels(radius: number): Point[] {
	const pixels: Point[] = [];
	for (let y = -radius; y <= radius; y++) {
		for (let x = -radius; x <= radius; x++) if (x * x + y * y <= radius * radius) pixels.push([x, y]);
	}
	return pixels;
}

/** Rows of a convex polygon, its corners included: y, first x, last x. */
const polygonRows = (polygon: Point[]): [y: number, from: number, to: number][] => {
	const ys = polygon.map(([, y]) => y);
	const rows: [number, number, number][] = [];
	for (let y = Math.min(...ys); y <= Math.max(...ys); y++) {
		const xs = polygon.flatMap(([x1, y1], i) => {
			const [x2, y2] = at(polygon, (i + 1) % polygon.length);
			if (y < Math.min(y1, y2) || y > Math.max(y1, y2)) return [];
			return y1 === y2 ? [x1, x2] : [x1 + ((x2 - x1) * (y - y1)) / (y2 - y1)];
		});
		rows.push([y, Math.round(Math.min(...xs)), Math.round(Math.max(...xs))]);
	}
	return rows;
};
