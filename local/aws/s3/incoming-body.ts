import { createHash } from 'node:crypto';
import { AwsChunkedBody } from './aws-chunked.ts';
import { type ChecksumAlgorithm, checksumAlgorithm, checksumHeader, type Digest, startDigest } from './checksums.ts';
import { S3Error } from './errors.ts';

/** What a body was found to be, once all that its sender said of it proved true. */
export type ReceivedBody = {
	/** Bytes. */
	readonly size: number;
	/** Hex. */
	readonly md5: string;
	/** Present when the sender gave one. */
	readonly checksum?: { readonly algorithm: ChecksumAlgorithm; readonly value: string };
};

type Headers = Readonly<Record<string, string>>;

const streamed = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

/**
 * Hands a request body to `sink` piece by piece, without its transfer framing, and checks it against its length,
 * `Content-MD5`, `x-amz-content-sha256` and `x-amz-checksum-*`, in header or trailer.
 *
 * @throws S3Error when anything does not match; what `sink` has got by then is worthless.
 */
export async function receiveBody(
	headers: Headers,
	source: AsyncIterable<Buffer>,
	sink: (chunk: Buffer) => Promise<void> | void,
): Promise<ReceivedBody> {
	const payload = headers['x-amz-content-sha256'] ?? 'UNSIGNED-PAYLOAD';
	if (payload.startsWith('STREAMING-') && payload !== streamed)
		throw new S3Error('NotImplemented', `x-amz-content-sha256: ${payload} is not implemented.`);
	const chunked = payload === streamed ? new AwsChunkedBody(source) : undefined;
	const length = headers[chunked ? 'x-amz-decoded-content-length' : 'content-length'];
	if (length === undefined)
		throw new S3Error('MissingContentLength', 'You must provide the Content-Length HTTP header.');

	const md5 = createHash('md5');
	const sha256 = /^[0-9a-f]{64}$/.test(payload) ? createHash('sha256') : undefined;
	const algorithm = declaredAlgorithm(headers);
	const digest: Digest | undefined = algorithm && startDigest(algorithm);
	let size = 0;
	for await (const chunk of chunked ?? source) {
		size += chunk.length;
		md5.update(chunk);
		sha256?.update(chunk);
		digest?.update(chunk);
		await sink(chunk);
	}

	if (size !== Number(length))
		throw new S3Error(
			'IncompleteBody',
			'You did not provide the number of bytes specified by the Content-Length HTTP header',
		);
	if (sha256 && sha256.digest('hex') !== payload)
		throw new S3Error(
			'XAmzContentSHA256Mismatch',
			"The provided 'x-amz-content-sha256' header does not match what was computed.",
		);
	const md5Hex = md5.digest('hex');
	checkMd5(headers['content-md5'], md5Hex);
	if (!algorithm || !digest) return { size, md5: md5Hex };
	const name = checksumHeader(algorithm);
	const expected = headers[name] ?? chunked?.trailers.get(name);
	const value = digest.base64();
	if (expected !== value)
		throw new S3Error('BadDigest', `The ${algorithm} you specified did not match the calculated checksum.`);
	return { size, md5: md5Hex, checksum: { algorithm, value } };
}

function declaredAlgorithm(headers: Headers): ChecksumAlgorithm | undefined {
	const names = [...Object.keys(headers), ...(headers['x-amz-trailer'] ?? '').toLowerCase().split(',')]
		.map(name => /^x-amz-checksum-((?!algorithm$|type$|mode$)[a-z0-9]+)$/.exec(name.trim())?.[1])
		.filter(name => name !== undefined);
	if (names.length > 1) throw new S3Error('InvalidRequest', 'Expecting a single x-amz-checksum- header.');
	return names[0] === undefined ? undefined : checksumAlgorithm(names[0]);
}

function checkMd5(expected: string | undefined, actualHex: string): void {
	if (expected === undefined) return;
	const bytes = Buffer.from(expected, 'base64');
	if (bytes.length !== 16) throw new S3Error('InvalidDigest', 'The Content-MD5 you specified was invalid.');
	if (bytes.toString('hex') !== actualHex)
		throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.');
}
