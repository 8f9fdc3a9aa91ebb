import { withLogFields } from '../log.ts';
import { type AnyMessage, logFieldsOf } from '../sampling/messages.ts';
import { traceId, underTrace } from '../trace.ts';
import type { MessageRecord } from './parse-records.ts';

/** Does some work on a record: its log lines say which, and it goes on with the trace of whoever sent the message. */
export function aboutRecord<Result>(record: MessageRecord<AnyMessage>, work: () => Result): Result {
	const { messageId, parsed, attributes } = record;
	const about = 'message' in parsed ? logFieldsOf(parsed.message) : {};
	return underTrace(attributes.AWSTraceHeader, () => {
		const trace = traceId();
		return withLogFields({ messageId, ...(trace ? { trace } : {}), ...about }, work);
	});
}
