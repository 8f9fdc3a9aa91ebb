import { currentAttempt, readDocument } from '#shared/sampling/documents.ts';
import { keys } from '#shared/sampling/keys.ts';
import { type ManifestRow, manifestRow } from '#shared/sampling/manifest.ts';
import { destinationSchema } from '#shared/sampling/outcome.ts';
import { type WalkPosition, walkImages } from '#shared/sampling/walk-images.ts';
import { ApiError } from './api-error.ts';
import type { ApiPorts } from './ports.ts';
import { findRecord } from './sampling-status.ts';
import type { ImageList } from './schemas.ts';

/** About how many bytes of rows a page has, and how long it may take: API Gateway waits 30 s. */
const pageBytes = 2_000_000;
const pageMs = 10_000;

/**
 * A page of the images of a sampling with their sources: rows of its manifest.
 * @param next `next` of the previous page; undefined for the first page
 * @throws ApiError 404 for an unknown sampling, 422 for a malformed `next`
 */
export async function listImages(
	{ store }: Pick<ApiPorts, 'store'>,
	id: string,
	next: string | undefined,
): Promise<ImageList> {
	await findRecord(store, id);
	const at = await currentAttempt(store, id);
	const destination = await readDocument(store, keys.destination(id), destinationSchema);
	const images: ManifestRow[] = [];
	if (!destination) return { images, next: null };
	const until = Date.now() + pageMs;
	let bytes = 0;
	for await (const found of walkImages(store, at, positionOf(next))) {
		const rows = found.images.rows.map(row => manifestRow(found.images, row, destination.id));
		images.push(...rows);
		bytes += JSON.stringify(rows).length;
		if (bytes >= pageBytes || Date.now() > until) return { images, next: found.next.join('.') };
	}
	return { images, next: null };
}

const positionOf = (next: string | undefined): WalkPosition => {
	if (next === undefined) return [];
	if (/^\d{1,9}(\.\d{1,9}){0,99}$/.test(next)) return next.split('.').map(Number);
	throw new ApiError(
		422,
		`next is ${JSON.stringify(next.slice(0, 40))}: it must be a value from a previous page`,
		'next',
	);
};
