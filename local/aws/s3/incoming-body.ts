import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { S3Error } from './errors.ts';

/** Size and hashes of a body that matches its headers. */
export type ReceivedBody = {
	/** Bytes. */
	readonly size: number;
	/** Hex. */
	readonly md5: string;
	/** Base64; present when the sender gave one. */
	readonly crc32?: string;
};

/**
 * Hands a request body to `sink` piece by piece and checks it against `x-amz-content-sha256` and
 * `x-amz-checksum-crc32`.
 *
 * @throws S3Error when anything does not match: discard what `sink` has received; `NotImplemented` for a body
 * whose hash is not signed.
 */
export async function receiveBody(
	headers: Readonly<Record<string, string>>,
	source: AsyncIterable<Buffer>,
	sink: (chunk: Buffer) => Promise<void> | void,
): Promise<ReceivedBody> {
	const payload = headers['x-amz-content-sha256'] ?? '';
	if (!/^[0-9a-f]{64}$/.test(payload))
		throw new S3Error('NotImplemented', `x-amz-content-sha256: ${payload} is not implemented by the local S3.`);
	if (headers['content-length'] === undefined)
		throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');

	const md5 = createHash('md5');
	const sha256 = createHash('sha256');
	let size = 0;
	let sum = 0;
	for await (const chunk of source) {
		size += chunk.length;
		md5.update(chunk);
		sha256.update(chunk);
		sum = crc32(chunk, sum);
		await sink(chunk);
	}

	if (sha256.digest('hex') !== payload)
		throw new S3Error(
			'XAmzContentSHA256Mismatch',
			"The provided 'x-amz-content-sha256' header does not match what was computed.",
		);
	const expected = headers['x-amz-checksum-crc32'];
	if (expected !== undefined && expected !== base64(sum))
		throw new S3Error('BadDigest', 'The CRC32 you specified did not match the calculated checksum.');
	return { size, md5: md5.digest('hex'), ...(expected !== undefined && { crc32: expected }) };
}

function base64(sum: number): string {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(sum);
	return bytes.toString('base64');
}
