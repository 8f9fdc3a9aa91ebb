import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { S3Error } from './errors.ts';

export type ChecksumAlgorithm = 'CRC32' | 'CRC32C' | 'SHA1' | 'SHA256';

/** A checksum as S3 keeps it with an object. */
export type Checksum = {
	readonly algorithm: ChecksumAlgorithm;
	/** Base64; a composite one ends in `-N`, its number of parts. */
	readonly value: string;
	readonly type: 'FULL_OBJECT' | 'COMPOSITE';
};

/** A checksum that grows with the body. */
export type Digest = {
	update(chunk: Buffer): void;
	base64(): string;
};

/**
 * The algorithm of that name, in any case.
 *
 * @throws S3Error `NotImplemented` for one that this S3 does not calculate, such as CRC64NVME.
 */
export function checksumAlgorithm(name: string): ChecksumAlgorithm {
	const upper = name.toUpperCase();
	if (upper === 'CRC32' || upper === 'CRC32C' || upper === 'SHA1' || upper === 'SHA256') return upper;
	throw new S3Error('NotImplemented', `The checksum algorithm ${name} is not implemented by the local S3.`);
}

/** The header or trailer that carries a checksum of this algorithm. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
	return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/** Begins a checksum over an empty body. */
export function startDigest(algorithm: ChecksumAlgorithm): Digest {
	if (algorithm === 'SHA1' || algorithm === 'SHA256') {
		const hash = createHash(algorithm.toLowerCase());
		return { update: chunk => void hash.update(chunk), base64: () => hash.copy().digest('base64') };
	}
	const advance = algorithm === 'CRC32' ? crc32 : crc32c;
	let value = 0;
	return {
		update: chunk => {
			value = advance(chunk, value);
		},
		base64: () => {
			const bytes = Buffer.alloc(4);
			bytes.writeUInt32BE(value);
			return bytes.toString('base64');
		},
	};
}

const castagnoli = Uint32Array.from({ length: 256 }, (_, byte) => {
	let value = byte;
	for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0x82f63b78 : value >>> 1;
	return value;
});

function crc32c(chunk: Buffer, previous: number): number {
	let value = ~previous;
	for (const byte of chunk) value = (value >>> 8) ^ (castagnoli[(value ^ byte) & 0xff] ?? 0);
	return ~value >>> 0;
}
