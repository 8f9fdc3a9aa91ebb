import { S3Error } from './errors.ts';

const lineEnd = Buffer.from('\r\n');
const longestLine = 16_384;
const smallestInnerChunk = 8192;

/**
 * Takes the framing off an unsigned `aws-chunked` body: sized chunks, then trailing headers that can hold a checksum
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html).
 *
 * Iterate once; `trailers` (lower-case names) is complete when the iteration is.
 */
export class AwsChunkedBody implements AsyncIterable<Buffer> {
	readonly trailers = new Map<string, string>();
	readonly #source: AsyncIterator<Buffer>;
	#rest = Buffer.alloc(0);

	constructor(source: AsyncIterable<Buffer>) {
		this.#source = source[Symbol.asyncIterator]();
	}

	async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
		try {
			yield* this.#chunks();
			await this.#readTrailers();
		} finally {
			await this.#source.return?.();
		}
	}

	async *#chunks(): AsyncGenerator<Buffer> {
		let previous = Number.POSITIVE_INFINITY;
		for (;;) {
			const size = await this.#chunkSize();
			if (size === 0) return;
			// S3 refuses what some streams make the SDK send, so the fault is seen here and not first in the cloud.
			if (previous < smallestInnerChunk)
				throw new S3Error(
					'InvalidChunkSizeError',
					`Only the last chunk is allowed to have a size less than ${smallestInnerChunk} bytes`,
				);
			previous = size;
			for (let left = size; left > 0; ) {
				const piece = await this.#atMost(left);
				left -= piece.length;
				yield piece;
			}
			if ((await this.#line()) !== '') throw new S3Error('IncompleteBody', 'A chunk is longer than it says.');
		}
	}

	async #readTrailers(): Promise<void> {
		for (let line = await this.#line(); line !== ''; line = await this.#line()) {
			const colon = line.indexOf(':');
			if (colon < 1)
				throw new S3Error('MalformedTrailerError', 'The request contained trailing data that was not well-formed.');
			this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
		}
		await this.#source.next();
	}

	async #chunkSize(): Promise<number> {
		const line = await this.#line();
		if (!/^[0-9a-f]{1,12}(;.*)?$/i.test(line))
			throw new S3Error('IncompleteBody', 'A chunk does not begin with its size.');
		return Number.parseInt(line, 16);
	}

	async #line(): Promise<string> {
		for (;;) {
			const end = this.#rest.indexOf(lineEnd);
			if (end >= 0) {
				const line = this.#rest.toString('latin1', 0, end);
				this.#rest = this.#rest.subarray(end + lineEnd.length);
				return line;
			}
			if (this.#rest.length > longestLine) throw new S3Error('IncompleteBody', 'A chunk does not begin with its size.');
			this.#rest = Buffer.concat([this.#rest, await this.#next()]);
		}
	}

	async #atMost(size: number): Promise<Buffer> {
		if (this.#rest.length === 0) this.#rest = await this.#next();
		const piece = this.#rest.subarray(0, size);
		this.#rest = this.#rest.subarray(piece.length);
		return piece;
	}

	async #next(): Promise<Buffer<ArrayBuffer>> {
		const { done, value } = await this.#source.next();
		if (done) throw new S3Error('IncompleteBody', 'The request body ended before its last chunk.');
		return value as Buffer<ArrayBuffer>;
	}
}
