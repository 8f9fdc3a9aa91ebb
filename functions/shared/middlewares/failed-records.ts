import type { MiddlewareObj } from '@middy/core';
import type { SQSRecord } from 'aws-lambda';
import type { AnyMessage } from '../sampling/messages.ts';
import type { Outcomes } from './each-record.ts';
import { aboutRecord, type MessageEvent } from './parse-records.ts';

/** A record whose work has failed. */
export type FailedRecord<Message> = {
	record: SQSRecord;
	error: unknown;
	/** Undefined when the body can't be parsed. */
	message: Message | undefined;
	/** How often it has been delivered, this time included. */
	deliveries: number;
};

/**
 * A middleware for the failed records of a batch.
 * @param handle returns whether the record is done after all
 */
export function failedRecords<Message extends AnyMessage>(
	handle: (failed: FailedRecord<Message>) => Promise<boolean>,
): MiddlewareObj<MessageEvent<Message>, Outcomes> {
	return {
		after: async request => {
			const { Records } = request.event;
			request.response = await Promise.all(
				(request.response ?? []).map(async (outcome, i): Promise<Outcomes[number]> => {
					const record = Records[i];
					if (outcome.status === 'fulfilled' || !record) return outcome;
					const message = 'message' in record.parsed ? record.parsed.message : undefined;
					// Not every SQS implementation sets this attribute.
					const deliveries = Number(record.attributes.ApproximateReceiveCount) || 1;
					const isDone = await aboutRecord(record, () =>
						handle({ record, error: outcome.reason, message, deliveries }),
					);
					return isDone ? { status: 'fulfilled', value: undefined } : outcome;
				}),
			);
		},
	};
}
