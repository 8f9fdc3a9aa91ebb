import { ApiError } from './api-error.ts';
import type { Context } from './context.ts';
import type { Exchange } from './endpoint.ts';
import { fileReply } from './file-reply.ts';
import type { Reply } from './reply.ts';

/** Serves what `fullStorageUrl` points to, with range requests. The name in the URL is for people; only the hash finds the file. */
export function serveFile({ store, blobs }: Context): (hex: string, exchange: Exchange) => Reply {
	return (hex, { request, ranges }) => {
		const blob = store.blobs.get(Buffer.from(hex, 'hex').toString('base64'));
		if (!blob) throw new ApiError(404, 'NOT_FOUND', `There is no file ${hex}`);
		return fileReply({ ...blob, path: blobs.path(blob.hash) }, request.headers.range, ranges);
	};
}
