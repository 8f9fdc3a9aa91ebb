import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SQSRecord } from 'aws-lambda';

/** A work queue, for its worker. */
export type WorkQueue = {
	sqs: SQSClient;
	queueUrl: string;
	/** Deliveries of a message before it becomes a dead letter. */
	deliveries: number;
	/** Longest delay between two deliveries, in seconds, unless a server asks for more. */
	longestWait: number;
};

/** Whether a record is of this queue, and not of a dead-letter queue. */
export function isOf({ queueUrl }: WorkQueue, record: SQSRecord): boolean {
	return queueUrl.split('/').at(-1) === record.eventSourceARN.split(':').at(-1);
}
