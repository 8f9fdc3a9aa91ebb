import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { turnOf } from '../aws/queue.ts';
import { DeferredError } from '../errors.ts';
import { log } from '../log.ts';
import { traceAttribute } from '../trace.ts';
import { failedRecords } from './failed-records.ts';
import { isOf, type WorkQueue } from './work-queue.ts';

/** Longest `DelaySeconds` of SQS. */
const longestDelay = 900;

/**
 * Sends a message whose work is deferred to its queue again, with a delay. Deferring is not a failure: a message that
 * is sent again has all its deliveries left.
 */
export function resendDeferred(queue: WorkQueue) {
	return failedRecords(async ({ record, error, message }) => {
		if (!(error instanceof DeferredError && isOf(queue, record))) return false;
		const { body: MessageBody } = record;
		log.info('Message deferred: it is sent again with a delay', { why: error.message });
		const DelaySeconds = Math.min(Math.ceil(error.seconds), longestDelay);
		try {
			await queue.sqs.send(
				new SendMessageCommand({
					...{ QueueUrl: queue.queueUrl, MessageBody, DelaySeconds },
					...(message ? turnOf(message) : {}),
					...traceAttribute(),
				}),
			);
			return true;
		} catch (refusal) {
			log.warn('Deferred message could not be sent again, so this counts as a failed delivery', { error: refusal });
			return false;
		}
	});
}
