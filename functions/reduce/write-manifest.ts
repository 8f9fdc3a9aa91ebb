import { PassThrough } from 'node:stream';
import type { FileStore } from '#shared/aws/file-store.ts';
import { readDocument } from '#shared/sampling/documents.ts';
import { type Attempt, keys } from '#shared/sampling/keys.ts';
import { type ManifestRow, manifestRow } from '#shared/sampling/manifest.ts';
import { destinationSchema } from '#shared/sampling/outcome.ts';
import { parquetOf } from '#shared/sampling/parquet.ts';
import { walkImages } from '#shared/sampling/walk-images.ts';
import type { StateStore } from '#shared/state-store.ts';

/** Maximum number of images for which reduce writes a manifest: it has two minutes, and a third of a processor. */
export const mostInManifest = 400_000;

/**
 * Writes the manifest of a sampling, as Parquet and as JSON Lines: a row for each image, in the order of the source. Rows
 * are read and written as streams, so memory is bounded, however many there are.
 */
export async function writeManifest(
	{ store, files }: { store: StateStore; files: Pick<FileStore, 'copy'> },
	at: Attempt,
): Promise<void> {
	const destination = await readDocument(store, keys.destination(at.sampling), destinationSchema);
	if (!destination) return;
	const stop = new AbortController();
	const [lines, rows] = [new PassThrough(), new PassThrough({ objectMode: true })];
	const produce = async () => {
		for await (const row of rowsOf(store, at, destination.id)) {
			const isFull = [lines.write(`${JSON.stringify(row)}\n`), rows.write(row)].includes(false);
			if (isFull) await Promise.all([drained(lines), drained(rows)]);
		}
		lines.end();
		rows.end();
	};
	const work = [
		produce(),
		files.copy(keys.manifestLines(at.sampling), lines, stop.signal),
		files.copy(keys.manifest(at.sampling), parquetOf(rows), stop.signal),
	];
	try {
		await Promise.all(work);
	} catch (error) {
		stop.abort();
		for (const stream of [lines, rows]) stream.destroy();
		await Promise.allSettled(work);
		throw error;
	}
}

/** Resolves when a stream takes more data, at once if it already does, or when the stream is closed. */
const drained = (stream: PassThrough): Promise<void> =>
	stream.writableNeedDrain && !stream.destroyed
		? new Promise(resolve => {
				stream.once('drain', resolve);
				stream.once('close', resolve);
			})
		: Promise.resolve();

/** The rows of all images. @param project of the images */
async function* rowsOf(store: StateStore, at: Attempt, project: number): AsyncGenerator<ManifestRow> {
	for await (const { images } of walkImages(store, at))
		for (const row of images.rows) yield manifestRow(images, row, project);
}
