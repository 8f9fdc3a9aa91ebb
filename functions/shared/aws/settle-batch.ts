import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { DeferredError, messageOf, TransientError } from '../errors.ts';
import { log } from '../log.ts';
import type { Failure } from '../sampling/failure.ts';
import { type Attempt, keys } from '../sampling/keys.ts';
import type { StateStore } from './state-store.ts';

/** A work queue, for its worker. */
export type WorkQueue = {
	sqs: SQSClient;
	queueUrl: string;
	/** Deliveries of a message before it becomes a dead letter. */
	deliveries: number;
	/** Longest delay between two deliveries, in seconds, unless a server asks for more. */
	longestWait: number;
};

/**
 * Seconds before a failed message is delivered again, with jitter: short at first, since most failures are brief; long
 * at the end, to outlast a server outage. After the last delivery it is one second.
 */
const backOffSeconds = (delivery: number, { deliveries, longestWait }: WorkQueue): number =>
	delivery >= deliveries ? 1 : Math.round(Math.min(longestWait, 4 * 6 ** (delivery - 1)) * (0.5 + Math.random() * 0.5));

/** Longest `DelaySeconds` of SQS. */
const longestDelay = 900;

/** Longest visibility timeout of SQS, in seconds. */
const longestWait = 43_200;

/**
 * Processes a batch of records. A record whose work throws is returned as a batch item failure, so that SQS delivers it
 * again, after a short delay instead of the rest of the visibility timeout, which is for crashed workers. The reason is
 * stored with the sampling, in case the message becomes a dead letter.
 * @param parse parses a body; its errors count as failures, too
 * @param identityOf what a message is about, unique within its attempt
 * @param work returns when the message is done, throws when it must be delivered again
 */
export async function settleBatch<Message extends Attempt>(
	queue: WorkQueue,
	store: StateStore,
	event: SQSEvent,
	parse: (body: string) => Message,
	identityOf: (message: Message) => string,
	work: (message: Message, record: SQSRecord) => Promise<void>,
): Promise<SQSBatchResponse> {
	const { sqs, queueUrl } = queue;
	const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
	await Promise.all(
		event.Records.map(async record => {
			let message: Message | undefined;
			// Not every SQS implementation sets it.
			const deliveries = Number(record.attributes.ApproximateReceiveCount) || 1;
			try {
				message = parse(record.body);
				await work(message, record);
			} catch (error) {
				const isOwn = queueName(queueUrl) === record.eventSourceARN.split(':').at(-1);
				if (error instanceof DeferredError && isOwn) {
					log.info('Message deferred: it is sent again with a delay', {
						messageId: record.messageId,
						why: error.message,
					});
					// Deferring is no failure: a message that is sent again has all its deliveries left.
					const DelaySeconds = Math.min(Math.ceil(error.seconds), longestDelay);
					const again = new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: record.body, DelaySeconds });
					try {
						await sqs.send(again);
						return;
					} catch (refusal) {
						log.warn('Deferred message could not be sent again, so this counts as a failed delivery', {
							messageId: record.messageId,
							error: refusal,
						});
					}
				}
				batchItemFailures.push({ itemIdentifier: record.messageId });
				const wait = error instanceof DeferredError || error instanceof TransientError ? error.seconds : 0;
				if (!(error instanceof DeferredError)) {
					log.error('Message failed', { messageId: record.messageId, deliveries, error });
					const failure: Failure = { schema: 1, at: new Date().toISOString(), deliveries, message: messageOf(error) };
					if (message) await keep(store, keys.failure(message, identityOf(message)), failure);
				}
				// A message of a dead-letter queue waits for that queue's visibility timeout.
				if (!isOwn) return;
				const seconds = Math.max(Math.ceil(wait), backOffSeconds(deliveries, queue));
				const { receiptHandle: ReceiptHandle } = record;
				const VisibilityTimeout = Math.min(seconds, longestWait);
				await sqs
					.send(new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout }))
					.catch(error => log.error('Delay before the next delivery could not be set', { error }));
			}
		}),
	);
	return { batchItemFailures };
}

const queueName = (url: string) => url.split('/').at(-1);

const keep = (store: StateStore, key: string, failure: Failure): Promise<void> =>
	store
		.write(key, failure)
		.catch(error => log.error('Reason of a failed message could not be recorded', { key, error }));
