import type { Picture } from '#shared/video/extract/picture.ts';
import { makeRandom } from '../../chaos/random.ts';

type Rgb = readonly [number, number, number];

/** A picture whose pixels follow from their places. */
export function painted(width: number, height: number, colour: (x: number, y: number) => Rgb): Picture {
	const data = Buffer.alloc(width * height * 3);
	for (let y = 0, at = 0; y < height; y++) {
		for (let x = 0; x < width; x++) for (const value of colour(x, y)) data[at++] = value;
	}
	return { width, height, data };
}

/** Like a filmed scene: soft shapes, under noise that grows with brightness. */
export function photograph(width: number, height: number, seed = 1, isGray = false): Picture {
	const random = makeRandom(seed).next;
	const noise = () => random() + random() + random() - 1.5;
	return painted(width, height, (x, y) => {
		const light = 110 + 60 * Math.sin(x / 97 + seed) * Math.cos(y / 61) + 40 * Math.sin((x + 2 * y) / 210);
		const common = light + (2 + light / 40) * noise();
		if (isGray) return [common, common, common];
		return [common + 3 * noise(), common * 0.9 + 2 * noise() + 8, common * 0.7 + 4 * noise() + 25];
	});
}

/** Windows with lines of text on a desktop of one colour. */
export function screen(width: number, height: number, seed = 1): Picture {
	const random = makeRandom(seed).next;
	const picture = painted(width, height, () => [40, 70, 110]);
	const glyphs = Array.from({ length: 40 }, () =>
		Array.from({ length: 7 * 11 }, () => (random() < 0.35 ? random() : 1)),
	);
	for (let window = 0; window < 4; window++) {
		const [left, top] = [Math.floor(random() * 0.5 * width), Math.floor(random() * 0.5 * height)];
		const [right, bottom] = [left + Math.floor(width * 0.45), top + Math.floor(height * 0.45)];
		fill(picture, left, top, right, bottom, [250, 250, 248]);
		fill(picture, left, top, right, top + 24, [60 + 40 * window, 90, 160]);
		for (let y = top + 34; y + 11 < bottom; y += 17) {
			for (let x = left + 8; x + 7 < right - Math.floor(random() * 200); x += 8) {
				const glyph = glyphs[Math.floor(random() * 44)] ?? [];
				glyph.forEach((light, at) => {
					const value = Math.round(20 + 230 * light);
					const [gx, gy] = [x + (at % 7), y + Math.floor(at / 7)];
					if (light < 1) fill(picture, gx, gy, gx + 1, gy + 1, [value, value, value]);
				});
			}
		}
	}
	return picture;
}

const fill = (
	{ width, height, data }: Picture,
	left: number,
	top: number,
	right: number,
	bottom: number,
	colour: Rgb,
) => {
	for (let y = top; y < Math.min(bottom, height); y++) {
		for (let x = left; x < Math.min(right, width); x++) data.set(colour, (y * width + x) * 3);
	}
};

/** Discs of a few colours on black, as masks of objects are. */
export function mask(width: number, height: number, seed = 1): Picture {
	const random = makeRandom(seed).next;
	const discs = Array.from({ length: 9 }, (_, i) => ({
		x: random() * width,
		y: random() * height,
		radius: (0.02 + 0.13 * random()) * Math.min(width, height),
		colour: [(i * 90) & 255, (i * 50 + 60) & 255, (i * 170) & 255] as const,
	}));
	return painted(width, height, (x, y) => {
		const disc = discs.find(one => Math.hypot(x - one.x, y - one.y) < one.radius);
		return disc ? disc.colour : [0, 0, 0];
	});
}

/** Soft-edged lines of a pen on paper. */
export function drawing(width: number, height: number): Picture {
	return painted(width, height, (x, y) => {
		const wave = Math.abs(y - height * (0.5 + 0.3 * Math.sin(x / (width / 11))));
		const ring = Math.abs(Math.hypot(x - width / 2, y - height / 2) - height / 3);
		const ink = Math.max(0, 1 - Math.min(wave, ring) / 2);
		const value = Math.round(255 - 255 * ink);
		return [value, value, Math.min(255, value + 40)];
	});
}

export function flat(width: number, height: number): Picture {
	return painted(width, height, () => [200, 30, 90]);
}

/** Colours that change evenly: across, down or both. */
export function gradient(width: number, height: number, across: number, down: number): Picture {
	return painted(width, height, (x, y) => {
		const value = Math.floor((255 * (across * x + down * y)) / (across * width + down * height));
		return [value, 255 - value, value >> 1];
	});
}

export function noise(width: number, height: number, seed = 1): Picture {
	const random = makeRandom(seed).next;
	return painted(width, height, () => [random() * 256, random() * 256, random() * 256]);
}

/** The same noise again and again, as the texture of a wallpaper. */
export function tiles(width: number, height: number, side = 48): Picture {
	const tile = noise(side, side);
	return painted(width, height, (x, y) => {
		const at = ((y % side) * side + (x % side)) * 3;
		return [tile.data[at] ?? 0, tile.data[at + 1] ?? 0, tile.data[at + 2] ?? 0];
	});
}
