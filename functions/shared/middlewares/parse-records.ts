import type { MiddlewareObj } from '@middy/core';
import type { SQSRecord } from 'aws-lambda';
import type * as z from 'zod';
import { withLogFields } from '../log.ts';
import { type AnyMessage, logFieldsOf } from '../sampling/messages.ts';
import { traceId, underTrace } from '../trace.ts';

/** An SQS record with its parsed body, or why it can't be parsed. */
export type MessageRecord<Message> = SQSRecord & { parsed: { message: Message } | { error: unknown } };

/** An SQS event whose records have been parsed. */
export type MessageEvent<Message> = { Records: MessageRecord<Message>[] };

/** Parses the bodies of all records. A body that can't be parsed fails its own record only. */
export function parseRecords<Schema extends z.ZodType>(schema: Schema): MiddlewareObj<MessageEvent<z.output<Schema>>> {
	const parse = (body: string): MessageRecord<z.output<Schema>>['parsed'] => {
		try {
			return { message: schema.parse(JSON.parse(body)) };
		} catch (error) {
			return { error };
		}
	};
	return {
		before: ({ event }) => {
			for (const record of event.Records) record.parsed = parse(record.body);
		},
	};
}

/** Does some work on a record: its log lines name the record, and it continues the trace of the message's sender. */
export function aboutRecord<Result>(record: MessageRecord<AnyMessage>, work: () => Result): Result {
	const { messageId, parsed, attributes } = record;
	const about = 'message' in parsed ? logFieldsOf(parsed.message) : {};
	return underTrace(attributes.AWSTraceHeader, () => {
		const trace = traceId();
		return withLogFields({ messageId, ...(trace ? { trace } : {}), ...about }, work);
	});
}
