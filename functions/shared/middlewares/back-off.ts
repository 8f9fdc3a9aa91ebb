import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import { DeferredError, TransientError } from '../errors.ts';
import { log } from '../log.ts';
import { failedRecords } from './failed-records.ts';
import { isOf, type WorkQueue } from './work-queue.ts';

/** Longest visibility timeout of SQS, in seconds. */
const longestVisibility = 43_200;

/**
 * Sets when a failed message is delivered again: after a short delay instead of the rest of the visibility timeout,
 * which is for crashed workers. A message of a dead-letter queue waits for that queue's visibility timeout.
 */
export function backOff(queue: WorkQueue) {
	return failedRecords(async ({ record, error, deliveries }) => {
		if (!isOf(queue, record)) return false;
		const wait = error instanceof DeferredError || error instanceof TransientError ? error.seconds : 0;
		const seconds = Math.max(Math.ceil(wait), backOffSeconds(deliveries, queue));
		const { receiptHandle: ReceiptHandle } = record;
		const VisibilityTimeout = Math.min(seconds, longestVisibility);
		await queue.sqs
			.send(new ChangeMessageVisibilityCommand({ QueueUrl: queue.queueUrl, ReceiptHandle, VisibilityTimeout }))
			.catch(error => log.error('Delay before the next delivery could not be set', { error }));
		return false;
	});
}

/**
 * Seconds before a failed message is delivered again, with jitter: short at first, since most failures are brief; long
 * at the end, to outlast a server outage. After the last delivery it is one second.
 */
const backOffSeconds = (delivery: number, { deliveries, longestWait }: WorkQueue): number =>
	delivery >= deliveries ? 1 : Math.round(Math.min(longestWait, 4 * 6 ** (delivery - 1)) * (0.5 + Math.random() * 0.5));
