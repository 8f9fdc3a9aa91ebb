import { SqsError } from './errors.ts';
import type { Message } from './message.ts';

/** What a receipt handle says: which message, and which of its deliveries. */
export type Receipt = {
	readonly messageId: string;
	readonly receiveCount: number;
};

/** The handle of a message's latest delivery. It is made of what the journal keeps, so it outlives the process. */
export function receiptHandle(queue: string, { id, receiveCount }: Pick<Message, 'id' | 'receiveCount'>): string {
	return Buffer.from(JSON.stringify([queue, id, receiveCount])).toString('base64url');
}

/** @throws SqsError when the handle is none of this queue's. */
export function parseReceipt(queue: string, handle: string): Receipt {
	try {
		const [name, messageId, receiveCount] = JSON.parse(Buffer.from(handle, 'base64url').toString('utf8')) as unknown[];
		if (name === queue && typeof messageId === 'string' && typeof receiveCount === 'number')
			return { messageId, receiveCount };
	} catch {}
	throw new SqsError('ReceiptHandleIsInvalid', `The input receipt handle "${handle}" is not a valid receipt handle.`);
}
