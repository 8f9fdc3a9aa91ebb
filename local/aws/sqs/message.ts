import { createHash } from 'node:crypto';
import { SqsError } from './errors.ts';

/** A message in a queue. Times are epoch milliseconds. */
export type Message = {
	readonly id: string;
	readonly body: string;
	readonly sentAt: number;
	/** From when on it can be received; while a consumer holds it, the end of its visibility timeout. */
	visibleAt: number;
	receiveCount: number;
	firstReceivedAt?: number;
	/** The trace that it was sent with. */
	readonly traceHeader?: string;
	/** Its `MessageGroupId`: groups take turns in a fair queue. */
	readonly group?: string;
	/** Arn of the queue it could not be handled in. */
	readonly deadLetterSource?: string;
};

/** @throws SqsError for a body that SQS refuses on any queue. */
export function checkBody(body: string): void {
	if (body === '') throw new SqsError('MissingParameter', 'The request must contain the parameter MessageBody.');
	// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters XML 1.0 leaves out.
	if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(body))
		throw new SqsError(
			'InvalidMessageContents',
			'Invalid characters found. Valid unicode characters are those of XML 1.0.',
		);
}

/** Hex MD5 of a message body. */
export function bodyMd5(body: string): string {
	return createHash('md5').update(body).digest('hex');
}
