import type { Size } from '#shared/size.ts';

/**
 * The scene of the demo videos as arithmetic: where every shape is on every frame. Pictures are drawn and labels are
 * written from it, and tests compare sampled labels with it.
 */

export type Point = readonly [x: number, y: number];

/** Places in pixels, whole numbers; rectangles include both corners, discs all pixels within their radius. */
export type Scene = {
	car: { topLeft: Point; bottomRight: Point } | undefined;
	drone: Point[] | undefined;
	ball: { centre: Point; radius: number } | undefined;
	beacon: Point | undefined;
	trail: Point[] | undefined;
};

/** Frames at the end that show no shape, so that `annotated` has something to leave out. */
export const emptyFrames = 30;

const swing = (frame: number, period: number, from: number, to: number): number =>
	Math.round(from + (to - from) * (0.5 - 0.5 * Math.cos((2 * Math.PI * frame) / period)));

/** Where everything is on a frame of a video with `frames` frames. */
export function sceneAt(frame: number, frames: number, { width, height }: Size): Scene {
	const unit = Math.round(Math.min(width, height) / 18);
	if (frame >= frames - emptyFrames) {
		return { car: undefined, drone: undefined, ball: undefined, beacon: undefined, trail: undefined };
	}
	const carX = swing(frame, 97, unit, width - 5 * unit);
	const carY = swing(frame, 61, 5 * unit, Math.round(height * 0.4));
	const droneX = swing(frame, 73, 3 * unit, width - 3 * unit);
	const droneY = swing(frame, 89, Math.round(height * 0.45), Math.round(height * 0.6));
	const ballX = swing(frame, 53, 3 * unit, width - 3 * unit);
	const ballY = swing(frame, 41, Math.round(height * 0.7), height - 3 * unit);
	const trailY = Math.round(height * 0.65);
	return {
		car: { topLeft: [carX, carY], bottomRight: [carX + 3 * unit, carY + 2 * unit] },
		drone: [
			[droneX, droneY - 2 * unit],
			[droneX + 2 * unit, droneY],
			[droneX + unit, droneY + 2 * unit],
			[droneX - unit, droneY + 2 * unit],
			[droneX - 2 * unit, droneY],
		],
		// The ball comes late and the beacon blinks: objects come and go.
		ball: frame >= 24 ? { centre: [ballX, ballY], radius: Math.round(1.5 * unit) } : undefined,
		beacon: frame % 20 < 12 ? [width - 1 - 2 * unit, swing(frame, 67, 4 * unit, height - 2 * unit)] : undefined,
		trail: [
			[unit, trailY],
			[Math.round(width / 3), swing(frame, 83, trailY - 2 * unit, trailY + 2 * unit)],
			[Math.round((width * 2) / 3), swing(frame, 59, trailY - 2 * unit, trailY + 2 * unit)],
			[width - 1 - unit, trailY],
		],
	};
}
