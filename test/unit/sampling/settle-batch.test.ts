import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { makeMemoryStore } from '#library/memory-store.ts';
import { deadlineOf } from '#shared/aws/deadline.ts';
import { settleBatch } from '#shared/aws/settle-batch.ts';
import { DeferredError, TransientError } from '#shared/errors.ts';
import { connectSupervisely } from '#shared/supervisely/http-client.ts';

const queueUrl = 'http://127.0.0.1/000000000000/work';
const body = JSON.stringify({ sampling: 's', attempt: 1 });
const deliveredTimes = (times: number) =>
	({
		Records: [
			{
				messageId: 'm',
				receiptHandle: 'r',
				body,
				attributes: { ApproximateReceiveCount: String(times) },
				eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:work',
			},
		],
	}) as unknown as SQSEvent;

const settle = async (error: Error, delivery = 3) => {
	const sent: unknown[] = [];
	const sqs = {
		send: async (command: { input: unknown }) => {
			sent.push(command);
		},
	} as unknown as SQSClient;
	const answer = await settleBatch(
		{ sqs, queueUrl, deliveries: 5, longestWait: 900 },
		makeMemoryStore(),
		deliveredTimes(delivery),
		text => JSON.parse(text) as { sampling: string; attempt: number },
		() => 'identity',
		async () => {
			throw error;
		},
	);
	return { answer, sent };
};

test('a message that only has to wait is sent anew, so that waiting uses up no delivery', async () => {
	const { answer, sent } = await settle(new DeferredError('held by another', 42.3));
	expect(answer.batchItemFailures).toEqual([]);
	expect(sent).toHaveLength(1);
	expect(sent[0]).toBeInstanceOf(SendMessageCommand);
	expect((sent[0] as SendMessageCommand).input).toEqual({ QueueUrl: queueUrl, MessageBody: body, DelaySeconds: 43 });
});

test.each([
	['120', 120],
	[new Date(Date.now() + 300_000).toUTCString(), 290],
])('what a server asks to wait, %s, the queue waits', async (retryAfter, least) => {
	const { answer, sent } = await settle(new TransientError('images.bulk.add answered 429', retryAfter));
	expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'm' }]);
	expect(sent[0]).toBeInstanceOf(ChangeMessageVisibilityCommand);
	expect((sent[0] as ChangeMessageVisibilityCommand).input.VisibilityTimeout).toBeGreaterThanOrEqual(least);
});

test.each([
	[1, 2, 4],
	[2, 12, 24],
	[3, 72, 144],
	[4, 432, 864],
	[5, 1, 1],
])(
	'after delivery %i the next comes in %i to %i s; behind the last nothing is waited for',
	async (delivery, least, most) => {
		const { sent } = await settle(new Error('S3 is away'), delivery);
		const { VisibilityTimeout } = (sent[0] as ChangeMessageVisibilityCommand).input;
		expect(VisibilityTimeout).toBeGreaterThanOrEqual(least);
		expect(VisibilityTimeout).toBeLessThanOrEqual(most);
	},
);

test('the deadline comes before the end of the time, and says so', async () => {
	const signal = deadlineOf({ getRemainingTimeInMillis: () => 1050 }, 1000);
	expect(signal.aborted).toBe(false);
	await new Promise(resolve => setTimeout(resolve, 120));
	expect(() => signal.throwIfAborted()).toThrow(/time limit was reached/);
});

test('a token that no header can hold is refused without being told', async () => {
	for (const token of ['first\nsecond', 'a b', '']) {
		const failure = await connectSupervisely('http://127.0.0.1:9', async () => token)
			.call('projects.info', {})
			.catch(error => error as Error);
		expect(failure).toMatchObject({ name: 'SamplingFailure' });
		expect(String(failure)).not.toMatch(/first|second/);
	}
});
