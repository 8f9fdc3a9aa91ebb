// Prints how fast the PNG encoder is and how large its files are, next to sharp's: `node --import tsx
// test/bench/png-encoder.ts`. Milliseconds are medians of runs that alternate; compare them within one table only.
import { encodePng, resizeRgb, yuv420ToRgb } from '#shared/video/picture/png/encode-png.ts';
import { sharp } from '#shared/video/picture/sharp.ts';
import { resizePicture } from '#test/resize-picture.ts';
import { drawing, flat, mask, photograph, screen } from '../unit/png/scenes.ts';

const runs = 9;
const [width, height] = [1280, 720];

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? 0;

/** Median milliseconds of each, run by turns. */
const timed = async (works: (() => unknown)[]): Promise<string[]> => {
	const times: number[][] = works.map(() => []);
	for (let run = -2; run < runs; run++) {
		for (const [i, work] of works.entries()) {
			const start = performance.now();
			await work();
			if (run >= 0) times[i]?.push(performance.now() - start);
		}
	}
	return times.map(values => median(values).toFixed(1));
};

const rows: Record<string, unknown>[] = [];
for (const [name, picture] of Object.entries({
	photograph: photograph(width, height),
	'gray photograph': photograph(width, height, 1, true),
	screen: screen(width, height),
	drawing: drawing(width, height),
	mask: mask(width, height),
	flat: flat(width, height),
})) {
	const viaSharp = (compressionLevel: number) =>
		sharp(picture.data, { raw: { width, height, channels: 3 } })
			.png({ compressionLevel })
			.toBuffer();
	const [own, fast, small] = await timed([() => encodePng(picture), () => viaSharp(1), () => viaSharp(6)]);
	const kib = (bytes: Buffer) => (bytes.length / 1024).toFixed(1);
	rows.push({
		'720p': name,
		ms: own,
		'sharp 1 ms': fast,
		'sharp 6 ms': small,
		KiB: kib(encodePng(picture)),
		'sharp 1 KiB': kib(await viaSharp(1)),
		'sharp 6 KiB': kib(await viaSharp(6)),
	});
}
console.table(rows);

const large = photograph(1920, 1080);
const planes = {
	width: 1920,
	height: 1080,
	pixels: 'yuv420p-bt601' as const,
	bytes: large.data.subarray(0, 1920 * 1080 * 1.5),
};
const [scaled, scaledBefore, converted] = await timed([
	() => resizeRgb(large, { width, height }),
	() => resizePicture(large, height, width),
	() => yuv420ToRgb(planes),
]);
console.table([
	{ '1080p': 'to 720p', ms: scaled, 'JavaScript ms': scaledBefore },
	{ '1080p': 'yuv420p to RGB', ms: converted },
]);
