import { ChangeMessageVisibilityCommand } from '@aws-sdk/client-sqs';
import type { MiddlewareObj } from '@middy/core';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import { log } from '../log.ts';
import { isOf, type WorkQueue } from './work-queue.ts';

/** Renewals of a message's visibility timeout before it would expire. */
const renewalsPerTimeout = 3;

/**
 * Keeps messages invisible while they are worked on, by short timeouts that are renewed, so that SQS delivers them
 * again soon after their sandbox was killed. The queue's own visibility timeout can't be short: Lambda demands at least
 * the function's time limit. Use it last: middy then ends it first, before the delay of a failed message is set.
 */
export function heartbeat(queue: WorkQueue): MiddlewareObj<SQSEvent> {
	const running = new WeakMap<SQSEvent, () => Promise<void>>();
	const renew = async ({ receiptHandle: ReceiptHandle, messageId }: SQSRecord): Promise<void> => {
		const { sqs, queueUrl: QueueUrl, inFlightSeconds: VisibilityTimeout } = queue;
		await sqs
			.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout }))
			.catch(error => log.warn('Visibility timeout of a message could not be renewed', { messageId, error }));
	};
	const end = async ({ event }: { event: SQSEvent }): Promise<void> => {
		await running.get(event)?.();
		running.delete(event);
	};
	return {
		before: ({ event }) => {
			const records = event.Records.filter(record => isOf(queue, record));
			if (records.length === 0) return;
			let renewal: Promise<unknown> = Promise.resolve();
			const renewAll = () => {
				renewal = Promise.all(records.map(renew));
			};
			renewAll();
			const timer = setInterval(renewAll, (queue.inFlightSeconds * 1000) / renewalsPerTimeout);
			running.set(event, async () => {
				clearInterval(timer);
				await renewal;
			});
		},
		after: end,
		onError: end,
	};
}
