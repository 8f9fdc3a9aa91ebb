import { parseByteRange } from '#shared/byte-range.ts';
import { ApiError } from './api-error.ts';
import type { Context } from './context.ts';
import type { Exchange } from './endpoint.ts';
import { fileBytes, jsonReply, type Reply } from './reply.ts';

/**
 * A file, or the part of it that `range` asks for: 206 with `Content-Range`, 416 when it is after the end.
 * @param ranges false: answers like a server without byte ranges.
 */
export function fileReply(
	file: { path: string; size: number; mime: string; hash: string },
	range: string | undefined,
	ranges: boolean,
): Reply {
	const headers: Record<string, string> = { 'content-type': file.mime };
	if (ranges) {
		headers['accept-ranges'] = 'bytes';
		headers.etag = `"${Buffer.from(file.hash, 'base64').toString('hex')}"`;
	}
	const wanted = ranges ? parseByteRange(range, file.size) : 'whole';
	if (wanted === 'unsatisfiable') {
		const error = new ApiError(416, 'RANGE_NOT_SATISFIABLE', `${range} lies outside of ${file.size} bytes`);
		return jsonReply(error.body, 416, { 'content-range': `bytes */${file.size}`, 'accept-ranges': 'bytes' });
	}
	if (wanted === 'whole') {
		return { status: 200, headers, length: file.size, body: fileBytes(file.path, 0, file.size - 1) };
	}
	const { first, last } = wanted;
	return {
		status: 206,
		headers: { ...headers, 'content-range': `bytes ${first}-${last}/${file.size}` },
		length: last - first + 1,
		body: fileBytes(file.path, first, last),
	};
}

/** Serves what `fullStorageUrl` points to, with range requests. The file is found by its hash; its name is ignored. */
export function serveFile({ store, blobs }: Context): (hex: string, exchange: Exchange) => Reply {
	return (hex, { request, ranges }) => {
		const blob = store.blobs.get(Buffer.from(hex, 'hex').toString('base64'));
		if (!blob) throw new ApiError(404, 'NOT_FOUND', `There is no file ${hex}`);
		return fileReply({ ...blob, path: blobs.path(blob.hash) }, request.headers.range, ranges);
	};
}
