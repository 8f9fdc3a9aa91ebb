import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import { log } from '../log.ts';

/** Seconds before a failed message is delivered again: the n-th failure waits longer, with jitter. */
const backOffSeconds = (deliveries: number) => Math.round(Math.min(300, 2 ** deliveries) * (0.5 + Math.random() * 0.5));

/**
 * Works a batch off record by record. A record whose work throws is reported as failed, so that SQS delivers it again;
 * it comes back after a short wait instead of the rest of a visibility timeout that is made for dead workers.
 * @param work returning means that the message is done with, throwing that it is to be delivered again
 */
export const settleBatch = async (
	sqs: SQSClient,
	queueUrl: string,
	event: SQSEvent,
	work: (record: SQSRecord) => Promise<void>,
): Promise<SQSBatchResponse> => {
	const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
	await Promise.all(
		event.Records.map(async record => {
			try {
				await work(record);
			} catch (error) {
				const deliveries = Number(record.attributes.ApproximateReceiveCount);
				log.error('A message was not worked off', { messageId: record.messageId, deliveries, error });
				batchItemFailures.push({ itemIdentifier: record.messageId });
				const VisibilityTimeout = backOffSeconds(deliveries);
				const { receiptHandle: ReceiptHandle } = record;
				await sqs
					.send(new ChangeMessageVisibilityCommand({ QueueUrl: queueUrl, ReceiptHandle, VisibilityTimeout }))
					.catch(error => log.error('The wait before the next delivery could not be shortened', { error }));
			}
		}),
	);
	return { batchItemFailures };
};
