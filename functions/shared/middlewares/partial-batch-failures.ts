import type { MiddlewareObj, Request } from '@middy/core';
import type { SQSBatchResponse } from 'aws-lambda';
import type { AnyMessage } from '../sampling/messages.ts';
import { backOff } from './back-off.ts';
import type { Outcomes } from './each-record.ts';
import { type KeepFailure, keepFailures } from './keep-failures.ts';
import type { MessageEvent } from './parse-records.ts';
import { resendDeferred } from './resend-deferred.ts';
import type { WorkQueue } from './work-queue.ts';

/**
 * Everything that happens to failed records, in this order: deferred messages are sent again, reasons are kept, delays
 * are set, and the rest is answered as batch item failures, so that SQS delivers only these again.
 */
export function partialBatchFailures<Message extends AnyMessage>(
	queue: WorkQueue,
	keepFailure: KeepFailure<Message>,
): MiddlewareObj<MessageEvent<Message>>[] {
	// middy calls what is used last first.
	return [batchItemFailures(), backOff(queue), keepFailures(keepFailure), resendDeferred(queue)];
}

/** Instead of `@middy/sqs-partial-batch-failure`, which answers a failed invocation as if its records had failed. */
const batchItemFailures = (): MiddlewareObj<MessageEvent<unknown>> => ({
	after: (request: Request<MessageEvent<unknown>, Outcomes | SQSBatchResponse>) => {
		const outcomes = request.response as Outcomes;
		const failed = request.event.Records.filter((_, i) => outcomes[i]?.status === 'rejected');
		request.response = { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
	},
});
