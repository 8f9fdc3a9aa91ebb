import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { DeferredError, messageOf, TransientError } from '../errors.ts';
import { log } from '../log.ts';
import type { Failure } from '../sampling/failure.ts';
import { type Attempt, keys } from '../sampling/keys.ts';
import type { StateStore } from './state-store.ts';

/** A work queue as its worker sees it. */
export type WorkQueue = {
	sqs: SQSClient;
	queueUrl: string;
	/** Deliveries of a message before it becomes a dead letter. */
	deliveries: number;
	/** Longest time between two of them, in seconds, unless the other side wants more. */
	longestWait: number;
};

/**
 * Seconds before a failed message is delivered again, with jitter: the first failure is over soon, mostly; the last wait
 * is long enough for a server that is being mended. Behind the last delivery there is nothing to wait for.
 */
const backOffSeconds = (delivery: number, { deliveries, longestWait }: WorkQueue): number =>
	delivery >= deliveries ? 1 : Math.round(Math.min(longestWait, 4 * 6 ** (delivery - 1)) * (0.5 + Math.random() * 0.5));

/** Longest delay of a message that is sent, in seconds. */
const longestDelay = 900;

/** Longest time that SQS keeps a message hidden, in seconds. */
const longestWait = 43_200;

/**
 * Works a batch off record by record. A record whose work throws is reported as failed, so that SQS delivers it again;
 * it comes back after a short wait instead of the rest of a visibility timeout that is made for dead workers. Why it
 * failed is kept with its sampling, for the case that it is given up.
 * @param parse makes the message of a body; what it throws is a failure, too
 * @param identityOf what a message is about, within its attempt
 * @param work returning means that the message is done with, throwing that it is to be delivered again
 */
export const settleBatch = async <Message extends Attempt>(
	queue: WorkQueue,
	store: StateStore,
	event: SQSEvent,
	parse: (body: string) => Message,
	identityOf: (message: Message) => string,
	work: (message: Message, record: SQSRecord) => Promise<void>,
): Promise<SQSBatchResponse> => {
	const { sqs, queueUrl } = queue;
	const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
	await Promise.all(
		event.Records.map(async record => {
			let message: Message | undefined;
			// Not every SQS counts.
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
					// Waiting is no failed try: a message that is sent anew has all its deliveries before it.
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
				// A message of another queue, of dead letters that is, waits for its own queue's time.
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
};

const queueName = (url: string) => url.split('/').at(-1);

const keep = (store: StateStore, key: string, failure: Failure): Promise<void> =>
	store
		.write(key, failure)
		.catch(error => log.error('Reason of a failed message could not be recorded', { key, error }));
