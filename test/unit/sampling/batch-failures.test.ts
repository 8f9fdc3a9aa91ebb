import { ChangeMessageVisibilityCommand, SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { Context, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { expect, test } from 'vitest';
import { makeMemoryStore } from '#library/memory-store.ts';
import { deadlineOf } from '#shared/aws/deadline.ts';
import { DeferredError, TransientError } from '#shared/errors.ts';
import { eachRecord } from '#shared/middlewares/each-record.ts';
import { parseRecords } from '#shared/middlewares/parse-records.ts';
import { partialBatchFailures } from '#shared/middlewares/partial-batch-failures.ts';
import { makeKeepFailure } from '#shared/sampling/failure.ts';
import { recountMessageSchema } from '#shared/sampling/messages.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';

const queueUrl = 'http://127.0.0.1/000000000000/work';
const body = JSON.stringify({ schema: 1, sampling: 's', attempt: 1, node: 'video-2' });
const record = { messageId: 'm', body, delivery: 3, queue: 'work' };
const delivered = (records: (typeof record)[]) =>
	({
		Records: records.map(({ messageId, body, delivery, queue }) => ({
			messageId,
			receiptHandle: 'r',
			body,
			attributes: { ApproximateReceiveCount: String(delivery) },
			eventSourceARN: `arn:aws:sqs:us-east-1:000000000000:${queue}`,
		})),
	}) as unknown as SQSEvent;

/** Works on records as the handlers of work queues do. */
const settleAll = async (
	records: (typeof record)[],
	work: (messageId: string) => Promise<void>,
	{ refuse }: { refuse?: Error } = {},
) => {
	const sent: unknown[] = [];
	const sqs = {
		send: async (command: { input: unknown }) => {
			sent.push(command);
			if (refuse && command instanceof SendMessageCommand) throw refuse;
		},
	} as unknown as SQSClient;
	const store = makeMemoryStore();
	const handler = middy<SQSEvent>()
		.use(parseRecords(recountMessageSchema))
		.use(
			partialBatchFailures(
				{ sqs, queueUrl, deliveries: 5, longestWait: 900, inFlightSeconds: 90 },
				makeKeepFailure(store),
			),
		)
		.handler<SQSEvent, SQSBatchResponse>(eachRecord((_, __, { messageId }) => work(messageId)));
	const answer = await handler(delivered(records), {} as Context);
	const reason = await store.read('samplings/s/attempts/1/failures/recount-video-2.json');
	return { answer, sent, reason: reason?.value };
};

const settle = (error: Error, delivery = 3) => settleAll([{ ...record, delivery }], () => Promise.reject(error));

test('a message that only has to wait is sent anew, so that waiting uses up no delivery', async () => {
	const { answer, sent } = await settle(new DeferredError('held by another', 42.3));
	expect(answer.batchItemFailures).toEqual([]);
	expect(sent).toHaveLength(1);
	expect(sent[0]).toBeInstanceOf(SendMessageCommand);
	expect((sent[0] as SendMessageCommand).input).toEqual({
		...{ QueueUrl: queueUrl, MessageBody: body, DelaySeconds: 43 },
		MessageGroupId: 's',
	});
});

test('a dead letter keeps the reason why its message was given up', async () => {
	const work = () => Promise.reject(new TransientError('images.list answered 502', null));
	const { answer, reason } = await settleAll([{ ...record, queue: 'work-dead-letters' }], work);
	expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'm' }]);
	expect(reason).toBeUndefined();
	expect((await settleAll([record], work)).reason).toMatchObject({ message: 'images.list answered 502' });
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

test('only the records that failed are delivered again', async () => {
	const records = ['a', 'b', 'c'].map(messageId => ({ ...record, messageId }));
	const { answer, sent } = await settleAll(records, async id => {
		if (id === 'b') throw new Error('S3 is away');
	});
	expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'b' }]);
	expect(sent).toHaveLength(1);
});

test.each(['{', '{"schema":1}', '{"schema":2,"sampling":"s","attempt":1,"node":"video-2"}'])(
	"a body that can't be parsed, %s, fails its own record only",
	async unknown => {
		const done: string[] = [];
		const records = [
			{ ...record, messageId: 'unknown', body: unknown },
			{ ...record, messageId: 'known' },
		];
		const { answer, sent, reason } = await settleAll(records, async id => void done.push(id));
		expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'unknown' }]);
		expect(done).toEqual(['known']);
		expect(sent[0]).toBeInstanceOf(ChangeMessageVisibilityCommand);
		expect(reason).toBeUndefined();
	},
);

test('the reason of a failure is stored with the sampling, that of a deferral is not', async () => {
	const { reason } = await settle(new Error('S3 is away'), 2);
	expect(reason).toMatchObject({ schema: 1, deliveries: 2, message: 'S3 is away' });
	expect((await settle(new DeferredError('held by another', 42))).reason).toBeUndefined();
});

test("a deferred message that can't be sent again is delivered again when it asks to be", async () => {
	const { answer, sent, reason } = await settleAll(
		[record],
		() => Promise.reject(new DeferredError('held by another', 500)),
		{ refuse: new Error('SQS is away') },
	);
	expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'm' }]);
	expect((sent[1] as ChangeMessageVisibilityCommand).input.VisibilityTimeout).toBe(500);
	expect(reason).toBeUndefined();
});

test.each([new DeferredError('held by another', 42), new Error('S3 is away')])(
	'a dead letter waits for the visibility timeout of its queue: %s',
	async error => {
		const { answer, sent } = await settleAll([{ ...record, queue: 'dead' }], () => Promise.reject(error));
		expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'm' }]);
		expect(sent).toEqual([]);
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
