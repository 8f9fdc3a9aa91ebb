// Writes a manifest of so many made-up images, as `framefan manifest` does of real ones.
// Arguments: number of rows, file. The last line is JSON: {"seconds"}.
import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { imageName } from '#shared/sampling/image-name.ts';
import { type ManifestRow, manifestRow } from '#shared/sampling/manifest.ts';
import { parquetOf } from '#shared/sampling/parquet.ts';

const [rows = '', file = ''] = process.argv.slice(2);
const framesPerVideo = 1000;

function* images(count: number): Generator<ManifestRow> {
	for (let image = 0; image < count; image++) {
		const frame = image % framesPerVideo;
		const id = Math.floor(image / framesPerVideo) + 1;
		const name = `clip-${id}.mp4`;
		const digits = (Math.imul(image + 1, 2654435761) >>> 0).toString(16).padStart(8, '0');
		const head = { video: { id, name }, source: { project: 1, dataset: 2 }, dataset: id, format: 'png' } as const;
		const scores = { sharpness: frame / 7, brightness: frame / 11, hash: digits.repeat(2) };
		const row = {
			...{ frame: frame * 30, pts: frame * 15_360, seconds: frame, rule: 'fps', image: image + 1 },
			...{ name: imageName(name, frame * 30, 30_000, 'png'), size: { width: 1280, height: 720 } },
			...{ sha256: digits.repeat(8), scores, labels: [{ class: 'car', count: frame % 5 }], objects: [1, 2], notes: [] },
		};
		yield manifestRow(head, row, 9);
	}
}

const start = performance.now();
await pipeline(Readable.from(parquetOf(images(Number(rows)))), createWriteStream(file));
console.log(JSON.stringify({ seconds: (performance.now() - start) / 1000 }));
