import { S3Error } from './errors.ts';

/** Under which conditions an object may be replaced or created. */
export type WriteConditions = {
	/** Only over the object with this ETag. */
	readonly ifMatch?: string;
	/** Only where there is no object. */
	readonly ifAbsent: boolean;
};

/**
 * Reads `If-Match` and `If-None-Match` of a PUT
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html).
 *
 * @throws S3Error for an `If-None-Match` other than `*`.
 */
export function writeConditions(headers: Readonly<Record<string, string>>): WriteConditions {
	const ifNoneMatch = headers['if-none-match'];
	if (ifNoneMatch !== undefined && ifNoneMatch !== '*')
		throw new S3Error('NotImplemented', 'If-None-Match of a write must be *.', { Header: 'If-None-Match' });
	const ifMatch = headers['if-match'];
	return { ifAbsent: ifNoneMatch !== undefined, ...(ifMatch !== undefined && { ifMatch }) };
}

/** @throws S3Error when the object as it is now, given by its ETag, does not meet the conditions. */
export function checkWrite(current: string | undefined, { ifAbsent, ifMatch }: WriteConditions): void {
	if (ifAbsent && current !== undefined) throw preconditionFailed('If-None-Match');
	if (ifMatch === undefined) return;
	if (current === undefined) throw new S3Error('NoSuchKey', 'The specified key does not exist.');
	if (ifMatch !== `"${current}"`) throw preconditionFailed('If-Match');
}

/** @param condition the header that was not met. */
function preconditionFailed(condition: string): S3Error {
	return new S3Error('PreconditionFailed', 'At least one of the pre-conditions you specified did not hold', {
		Condition: condition,
	});
}
