import { SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import pLimit from 'p-limit';
import { at } from '../at.ts';
import { FramefanError } from '../errors.ts';
import { retrying } from '../retrying.ts';
import { traceAttribute } from '../trace.ts';

/**
 * Sends messages to one queue, with the current trace; resolves when the queue has every one of them. The queues are fair:
 * samplings take turns, so that a small one doesn't wait behind a large one.
 */
export type Send<Message> = (messages: Message[]) => Promise<void>;

/** Limits of `SendMessageBatch`. In bytes: 1 MiB at AWS, 256 KiB elsewhere, minus some for what SQS adds. */
const entriesPerBatch = 10;
const bytesPerBatch = 250_000;
const batchConcurrency = 8;
const mostTries = 5;

/** SQS did not accept some messages of a batch, but may if they are sent again. */
class NotAccepted extends FramefanError {}

/**
 * Sends in batches limited by count and bytes. Entries that fail at SQS are sent again; rejected ones are an error.
 * @throws FramefanError for a rejected entry, or when entries still fail at the last try
 */
export function makeSend<Message extends { sampling: string }>(sqs: SQSClient, QueueUrl: string): Send<Message> {
	const sendBatch = async (batch: Entry[]): Promise<void> => {
		let open = batch;
		const once = async () => {
			const Entries = open.map((entry, i) => ({ Id: String(i), ...entry, ...traceAttribute() }));
			const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
			const refused = Failed.find(entry => entry.SenderFault);
			if (refused) throw new FramefanError(`SQS rejected a message: ${refused.Code} ${refused.Message ?? ''}`);
			open = Failed.map(entry => at(open, Number(entry.Id)));
			if (open.length > 0) throw new NotAccepted(`SQS did not accept ${open.length} messages in ${mostTries} tries`);
		};
		await retrying(once, {
			retries: mostTries - 1,
			minTimeout: 200,
			isLast: error => !(error instanceof NotAccepted),
		});
	};
	return async messages => {
		const entries = messages.map(message => ({ MessageBody: JSON.stringify(message), ...turnOf(message) }));
		await pLimit(batchConcurrency).map(batches(entries), sendBatch);
	};
}

/** The fields that make a message part of a group of its sampling: groups take turns in the queue. */
export function turnOf({ sampling }: { sampling: string }): { MessageGroupId: string } {
	return { MessageGroupId: sampling };
}

type Entry = { MessageBody: string; MessageGroupId: string };

const batches = function* (entries: Entry[]): Iterable<Entry[]> {
	let batch: Entry[] = [];
	let bytes = 0;
	for (const entry of entries) {
		const size = Buffer.byteLength(entry.MessageBody);
		if (batch.length === entriesPerBatch || (batch.length > 0 && bytes + size > bytesPerBatch)) {
			yield batch;
			batch = [];
			bytes = 0;
		}
		batch.push(entry);
		bytes += size;
	}
	if (batch.length > 0) yield batch;
};
