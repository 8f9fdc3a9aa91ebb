import type { Context, SQSRecord } from 'aws-lambda';
import type { AnyMessage } from '../sampling/messages.ts';
import { aboutRecord, type MessageEvent } from './parse-records.ts';

/** How the work on each record of a batch ended, in their order. */
export type Outcomes = PromiseSettledResult<void>[];

/**
 * A handler that works on all records of a batch at the same time.
 * @param work resolves when the message is done, rejects when it must be delivered again
 */
export function eachRecord<Message extends AnyMessage>(
	work: (message: Message, context: Context, record: SQSRecord) => Promise<void>,
): (event: MessageEvent<Message>, context: Context) => Promise<Outcomes> {
	return (event, context) =>
		Promise.allSettled(
			event.Records.map(record =>
				aboutRecord(record, async () => {
					if ('error' in record.parsed) throw record.parsed.error;
					await work(record.parsed.message, context, record);
				}),
			),
		);
}
