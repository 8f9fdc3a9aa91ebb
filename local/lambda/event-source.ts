import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { LocalFunction } from './function.ts';

export type EventSource = {
	queueUrl: string;
	queueArn: string;
	region: string;
	worker: LocalFunction;
	batchSize: number;
	/** Number of batches that are processed at the same time. */
	pollers: number;
	/** How long a poll waits for a message. */
	waitSeconds: number;
	/** Whether `FunctionResponseTypes` has `ReportBatchItemFailures`. */
	reportsItemFailures: boolean;
};

/**
 * Invokes a function with messages of a queue, like Lambda's event source mapping: successful messages are deleted, failed
 * ones become visible again after their visibility timeout.
 * @returns a function that stops receiving; running invocations end with their sandbox
 */
export function startEventSource(sqs: SQSClient, source: EventSource): () => void {
	const stopping = new AbortController();
	const poll = async () => {
		while (!stopping.signal.aborted) {
			try {
				const { Messages: messages = [] } = await sqs.send(
					new ReceiveMessageCommand({
						QueueUrl: source.queueUrl,
						MaxNumberOfMessages: Math.min(10, source.batchSize),
						WaitTimeSeconds: source.waitSeconds,
						MessageSystemAttributeNames: ['All'],
						// Some services know only the former name of this parameter.
						AttributeNames: ['All'],
					}),
					{ abortSignal: stopping.signal },
				);
				if (messages.length > 0 && !stopping.signal.aborted) await deliver(sqs, source, messages);
			} catch {
				// The queue is briefly unavailable; received messages become visible again.
				if (!stopping.signal.aborted) await new Promise(resolve => setTimeout(resolve, 500));
			}
		}
	};
	for (let poller = 0; poller < source.pollers; poller++) void poll();
	return () => stopping.abort();
}

const deliver = async (sqs: SQSClient, source: EventSource, messages: Message[]): Promise<void> => {
	const answer = await source.worker.invoke(toEvent(source, messages)).catch(() => undefined);
	const failed = answer === undefined ? undefined : failedIds(source, messages, answer);
	if (!failed) return;
	const done = messages.filter(message => !failed.has(message.MessageId as string));
	if (done.length === 0) return;
	const Entries = done.map((message, at) => ({ Id: String(at), ReceiptHandle: message.ReceiptHandle }));
	await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: source.queueUrl, Entries }));
};

/** Ids of failed messages; undefined: the whole batch failed, as in Lambda for an answer with unknown ids. */
const failedIds = (source: EventSource, messages: Message[], answer: unknown): Set<string> | undefined => {
	if (!source.reportsItemFailures || answer === null) return new Set();
	const { batchItemFailures } = answer as Partial<SQSBatchResponse>;
	if (!batchItemFailures) return new Set();
	if (!Array.isArray(batchItemFailures)) return undefined;
	const known = new Set(messages.map(message => message.MessageId));
	const ids = batchItemFailures.map(item => item?.itemIdentifier);
	return ids.every(id => known.has(id)) ? new Set(ids) : undefined;
};

const toEvent = (source: EventSource, messages: Message[]): SQSEvent => ({
	Records: messages.map(message => ({
		messageId: message.MessageId as string,
		receiptHandle: message.ReceiptHandle as string,
		body: message.Body as string,
		attributes: (message.Attributes ?? {}) as SQSEvent['Records'][number]['attributes'],
		messageAttributes: {},
		md5OfBody: message.MD5OfBody as string,
		eventSource: 'aws:sqs',
		eventSourceARN: source.queueArn,
		awsRegion: source.region,
	})),
});
