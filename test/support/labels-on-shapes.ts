import type { FolderLabel } from '#demo/contact-sheet/read-images.ts';
import { colours } from '#demo/project/draw.ts';

type Picture = { width: number; height: number; data: Uint8Array };

/** Pixels that were looked at, and those among them that have the colour of the label's shape. */
export type Tally = { seen: number; coloured: number };

export function emptyTally(): { inside: Tally; outside: Tally } {
	return {
		inside: { seen: 0, coloured: 0 },
		outside: { seen: 0, coloured: 0 },
	};
}

/** What codec and resize do to a colour, per channel. */
const tolerance = 60;

/**
 * Looks at the pixels within a rectangle's label, and at those on the ring two pixels outside of it, whether they have
 * the colour that the shape was drawn with. Right at the border pixels of both sides mix, so one is left out.
 */
export function lookAtCar(label: FolderLabel, picture: Picture, tally: ReturnType<typeof emptyTally>): void {
	const [[left, top] = [0, 0], [right, bottom] = [0, 0]] = label.points?.exterior ?? [];
	for (let y = top - 2; y <= bottom + 2; y++) {
		for (let x = left - 2; x <= right + 2; x++) {
			if (x < 0 || y < 0 || x >= picture.width || y >= picture.height) continue;
			const isInside = x > left && x < right && y > top && y < bottom;
			const isRing = x === left - 2 || x === right + 2 || y === top - 2 || y === bottom + 2;
			if (!isInside && !isRing) continue;
			const own = isInside ? tally.inside : tally.outside;
			own.seen++;
			const at = (y * picture.width + x) * 3;
			const isCar = colours.car.every((value, channel) => {
				return Math.abs(value - (picture.data[at + channel] as number)) <= tolerance;
			});
			if (isCar) own.coloured++;
		}
	}
}
