import type { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { expect, test, vi } from 'vitest';
import { makeMemoryStore } from '#library/memory-store.ts';
import { eachRecord } from '#shared/middlewares/each-record.ts';
import { heartbeat } from '#shared/middlewares/heartbeat.ts';
import { parseRecords } from '#shared/middlewares/parse-records.ts';
import { partialBatchFailures } from '#shared/middlewares/partial-batch-failures.ts';
import { makeKeepFailure } from '#shared/sampling/failure.ts';
import { recountMessageSchema } from '#shared/sampling/messages.ts';

const queueUrl = 'http://127.0.0.1/000000000000/work';
const body = JSON.stringify({ schema: 1, sampling: 's', attempt: 1, node: 'video-2' });
const event = (queue = 'work') =>
	({
		Records: ['a', 'b'].map(messageId => ({
			...{ messageId, body, receiptHandle: messageId, attributes: { ApproximateReceiveCount: '1' } },
			eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
		})),
	}) as unknown as SQSEvent;

/** A handler of a work queue, and the visibility timeouts that it has set, by receipt handle. */
const worker = (work: () => Promise<void>, refuse?: Error) => {
	const set: [string, number][] = [];
	const sqs = {
		send: async ({ input }: { input: { ReceiptHandle: string; VisibilityTimeout: number } }) => {
			set.push([input.ReceiptHandle, input.VisibilityTimeout]);
			if (refuse) throw refuse;
		},
	} as unknown as SQSClient;
	const queue = { sqs, queueUrl, deliveries: 5, longestWait: 900, inFlightSeconds: 90 };
	const handler = middy<SQSEvent>()
		.use(parseRecords(recountMessageSchema))
		.use(partialBatchFailures(queue, makeKeepFailure(makeMemoryStore())))
		.use(heartbeat(queue))
		.handler<SQSEvent, SQSBatchResponse>(eachRecord(work));
	return { set, handle: (queue?: string) => handler(event(queue), {} as Context) };
};

test('while messages are worked on, their visibility timeout is renewed; then no more', async () => {
	vi.useFakeTimers();
	try {
		const { set, handle } = worker(() => new Promise(resolve => setTimeout(resolve, 70_000)));
		const answer = handle();
		await vi.advanceTimersByTimeAsync(70_000);
		expect(await answer).toEqual({ batchItemFailures: [] });
		await vi.advanceTimersByTimeAsync(300_000);
		// At the start, and after 30 and 60 seconds.
		const each = (id: string): [string, number] => [id, 90];
		expect(set).toEqual([each('a'), each('b'), each('a'), each('b'), each('a'), each('b')]);
	} finally {
		vi.useRealTimers();
	}
});

test('the delay of a failed message is set after the last renewal', async () => {
	const { set, handle } = worker(() => Promise.reject(new Error('S3 is away')));
	const { batchItemFailures } = await handle();
	expect(batchItemFailures).toHaveLength(2);
	expect(set.slice(0, 2).map(([, seconds]) => seconds)).toEqual([90, 90]);
	for (const [, seconds] of set.slice(2)) expect(seconds).toBeLessThanOrEqual(4);
	expect(set).toHaveLength(4);
});

test('a renewal that SQS refuses fails no message, and dead letters are not renewed', async () => {
	expect(await worker(async () => {}, new Error('SQS is away')).handle()).toEqual({ batchItemFailures: [] });
	const { set, handle } = worker(async () => {});
	await handle('dead-letters');
	expect(set).toEqual([]);
});
