import sharp from 'sharp';
import * as z from 'zod';
import { badRequest } from '../api-error.ts';
import type { Context } from '../context.ts';
import { type Endpoint, type Endpoints, jsonEndpoint } from '../endpoint.ts';
import { readMultipart } from '../multipart-body.ts';
import type { Put } from '../records.ts';
import { jsonReply } from '../reply.ts';

/** The endpoints that upload image files and tell which files are already stored. */
export function imageUploadEndpoints(context: Context): Endpoints {
	return {
		'images.internal.hashes.list': jsonEndpoint(z.array(z.string()), hashes =>
			hashes.filter(hash => context.store.blobs.get(hash)?.mime.startsWith('image/')),
		),
		'images.bulk.upload': bulkUpload(context),
	};
}

/** Takes files and answers one object per file, in their order: `{hash}`, or `{errors}` if it is not a picture. */
function bulkUpload({ store, blobs }: Context): Endpoint {
	return async ({ request, stream }) => {
		const results: object[] = [];
		const put: Put[] = [];
		await readMultipart(request.headers, stream(), async part => {
			if (part.kind !== 'file') throw badRequest(`The part ${JSON.stringify(part.name)} is not a file`);
			const { hash, size } = await blobs.add(part.content);
			const known = store.blobs.get(hash);
			const head = known ?? (await pictureHead(blobs.path(hash)));
			if (head?.mime.startsWith('image/')) {
				if (!known) put.push(['blob', { ...head, hash, size }]);
				results.push({ hash });
			} else {
				results.push({ errors: [{ message: `${part.name} is not a readable picture` }] });
			}
		});
		if (put.length > 0) store.commit(put);
		return jsonReply(results);
	};
}

const mimeOf: Record<string, string> = { png: 'image/png', jpeg: 'image/jpeg', webp: 'image/webp' };

/** Format and size in pixels of a PNG, JPEG or WebP file, read from its header; null for anything else. */
export async function pictureHead(file: string): Promise<{ mime: string; width: number; height: number } | null> {
	try {
		const { format, width, height } = await sharp(file).metadata();
		const mime = mimeOf[format];
		return mime ? { mime, width, height } : null;
	} catch {
		return null;
	}
}
