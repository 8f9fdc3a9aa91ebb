import { AsyncLocalStorage } from 'node:async_hooks';

const current = new AsyncLocalStorage<string | undefined>();

/** The trace header that messages are sent with: that of the record that is worked on, else that of the invocation. */
export function traceHeader(): string | undefined {
	return current.getStore() ?? process.env._X_AMZN_TRACE_ID;
}

/** Does some work under the trace of a message, so that one trace goes from a request to the last upload. */
export function underTrace<Result>(header: string | undefined, work: () => Result): Result {
	return current.run(header, work);
}

/** The id of the current trace; undefined if there is none. */
export function traceId(): string | undefined {
	return /(?:^|;)Root=([^;]+)/.exec(traceHeader() ?? '')?.[1];
}

/** For a message to SQS: keeps the trace, which Lambda would otherwise begin anew with each invocation. */
export function traceAttribute(): {
	MessageSystemAttributes?: { AWSTraceHeader: { DataType: 'String'; StringValue: string } };
} {
	const header = traceHeader();
	if (!header) return {};
	return { MessageSystemAttributes: { AWSTraceHeader: { DataType: 'String', StringValue: header } } };
}
