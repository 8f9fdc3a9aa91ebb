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
	/** Seconds until a message whose sandbox was killed is delivered again. */
	inFlightSeconds: number;
};

/**
 * Seconds that a message stays invisible without a renewal: longer than a lease, so that the next delivery finds the lease
 * of the killed worker expired.
 */
export function inFlightSeconds(leaseSeconds: number): number {
	return Math.ceil(leaseSeconds * 1.5);
}

/** Whether a record is of this queue, and not of a dead-letter queue. */
export function isOf({ queueUrl }: WorkQueue, record: SQSRecord): boolean {
	return queueUrl.split('/').at(-1) === record.eventSourceARN.split(':').at(-1);
}
