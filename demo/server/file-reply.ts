import { ApiError } from './api-error.ts';
import { parseByteRange } from './byte-range.ts';
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
