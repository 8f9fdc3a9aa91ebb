import type { MiddlewareObj, Request } from '@middy/core';
import type { SQSBatchResponse } from 'aws-lambda';
import { DeferredError } from '../errors.ts';
import { log } from '../log.ts';
import { measure } from '../metrics.ts';
import type { AnyMessage } from '../sampling/messages.ts';
import { backOff } from './back-off.ts';
import type { Outcomes } from './each-record.ts';
import { failedRecords } from './failed-records.ts';
import type { MessageEvent } from './parse-records.ts';
import { resendDeferred } from './resend-deferred.ts';
import { isOf, type WorkQueue } from './work-queue.ts';

/**
 * Everything that happens to failed records, in this order: deferred messages are sent again, reasons are kept, delays
 * are set, and the rest is answered as batch item failures, so that SQS delivers only these again.
 */
export function partialBatchFailures<Message extends AnyMessage>(
	queue: WorkQueue,
	keepFailure: KeepFailure<Message>,
): MiddlewareObj<MessageEvent<Message>>[] {
	// After the handler, middy calls the last middleware first.
	return [batchItemFailures(), backOff(queue), keepFailures(queue, keepFailure), resendDeferred(queue)];
}

/** Replaces `@middy/sqs-partial-batch-failure`, which answers a failed invocation as if its records had failed. */
const batchItemFailures = (): MiddlewareObj<MessageEvent<unknown>> => ({
	after: (request: Request<MessageEvent<unknown>, Outcomes | SQSBatchResponse>) => {
		const outcomes = request.response as Outcomes;
		const failed = request.event.Records.filter((_, i) => outcomes[i]?.status === 'rejected');
		request.response = { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
	},
});

/** Stores why a message failed, in case it becomes a dead letter. */
type KeepFailure<Message> = (message: Message, deliveries: number, error: unknown) => Promise<void>;

/** Logs failed records, and keeps the reasons of those whose body could be parsed; a dead letter keeps the reason it has. */
function keepFailures<Message extends AnyMessage>(queue: WorkQueue, keepFailure: KeepFailure<Message>) {
	return failedRecords<Message>(async ({ record, error, message, deliveries }) => {
		if (error instanceof DeferredError) return false;
		log.error('Message failed', { deliveries, error });
		measure({ FailedDeliveries: 1 });
		if (message && isOf(queue, record)) await keepFailure(message, deliveries, error);
		return false;
	});
}
