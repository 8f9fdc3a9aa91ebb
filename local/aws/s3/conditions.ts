import { S3Error } from './errors.ts';

type Headers = Readonly<Record<string, string>>;

/** What conditions are checked against. */
export type ObjectState = {
	readonly etag: string;
	/** Epoch milliseconds. */
	readonly modified: number;
};

/** Under which conditions an object may be replaced, created or removed. */
export type WriteConditions = {
	/** Only over the object with this ETag. */
	readonly ifMatch?: string;
	/** Only where there is no object. */
	readonly ifAbsent: boolean;
};

/**
 * Reads `If-Match` and `If-None-Match` of a request that writes
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 *
 * @throws S3Error for an `If-None-Match` other than `*`.
 */
export function writeConditions(headers: Headers): WriteConditions {
	const ifNoneMatch = headers['if-none-match'];
	if (ifNoneMatch !== undefined && ifNoneMatch !== '*')
		throw new S3Error('NotImplemented', 'If-None-Match of a write must be *.', { Header: 'If-None-Match' });
	const ifMatch = headers['if-match'];
	return { ifAbsent: ifNoneMatch !== undefined, ...(ifMatch !== undefined && { ifMatch }) };
}

/** @throws S3Error when the object as it is now does not meet the conditions. */
export function checkWrite(current: ObjectState | undefined, conditions: WriteConditions): void {
	if (conditions.ifAbsent && current) throw preconditionFailed('If-None-Match');
	if (conditions.ifMatch === undefined) return;
	if (!current) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
	if (!matches(conditions.ifMatch, current.etag)) throw preconditionFailed('If-Match');
}

/**
 * Checks `If-Match`, `If-None-Match`, `If-Modified-Since` and `If-Unmodified-Since` of a request that reads.
 *
 * @param name prefix of the header names: empty, or `x-amz-copy-source-`.
 * @returns false when the reader already has this very object.
 * @throws S3Error
 */
export function checkRead(current: ObjectState, headers: Headers, name = ''): boolean {
	const ifMatch = headers[`${name}if-match`];
	const ifNoneMatch = headers[`${name}if-none-match`];
	const modified = Math.floor(current.modified / 1000) * 1000;
	if (ifMatch !== undefined) {
		if (!matches(ifMatch, current.etag)) throw preconditionFailed('If-Match');
	} else if (modified > Date.parse(headers[`${name}if-unmodified-since`] ?? ''))
		throw preconditionFailed('If-Unmodified-Since');
	if (ifNoneMatch !== undefined) return !matches(ifNoneMatch, current.etag);
	return !(modified <= Date.parse(headers[`${name}if-modified-since`] ?? ''));
}

/** @param condition the header that was not met. */
export function preconditionFailed(condition: string): S3Error {
	return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
		Condition: condition,
	});
}

function matches(header: string, etag: string): boolean {
	return header.split(',').some(part => part.trim() === '*' || part.trim().replace(/^(W\/)?"(.*)"$/, '$2') === etag);
}
