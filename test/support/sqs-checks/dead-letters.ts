import {
	CancelMessageMoveTaskCommand,
	ListDeadLetterSourceQueuesCommand,
	ListMessageMoveTasksCommand,
	ReceiveMessageCommand,
	SendMessageBatchCommand,
	SendMessageCommand,
	SetQueueAttributesCommand,
	StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { type Check, refusal, wait } from '../check.ts';
import { type FreshQueue, freshQueue, type SqsContext } from '../sqs-context.ts';

/** A queue whose messages go to another one after so many receives. */
async function pair(context: SqsContext, maxReceiveCount = 1): Promise<{ work: FreshQueue; dead: FreshQueue }> {
	const dead = await freshQueue(context);
	const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount });
	return { work: await freshQueue(context, { RedrivePolicy }), dead };
}

async function receive({ client }: SqsContext, { QueueUrl }: FreshQueue, VisibilityTimeout = 0) {
	const names = { MessageSystemAttributeNames: ['All' as const], MessageAttributeNames: ['All'] };
	const { Messages = [] } = await client.send(
		new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout, ...names }),
	);
	return Messages;
}

/** Sends messages and lets each of them fail once. */
async function fail(context: SqsContext, { QueueUrl }: FreshQueue, count: number): Promise<void> {
	const Entries = Array.from({ length: count }, (_, i) => ({ Id: `${i}`, MessageBody: `poison ${i}` }));
	await context.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
	for (const _ of [1, 2]) await receive(context, { QueueUrl, arn: '' });
}

async function finished({ client }: SqsContext, SourceArn: string) {
	for (;;) {
		const { Results = [] } = await client.send(new ListMessageMoveTasksCommand({ SourceArn }));
		if (Results[0]?.Status !== 'RUNNING') return Results[0];
		await wait(50);
	}
}

export const deadLetterChecks: readonly Check<SqsContext>[] = [
	{
		name: 'a message received too often goes to the dead-letter queue',
		run: async context => {
			const { work, dead } = await pair(context, 2);
			const attribute = { frame: { DataType: 'Number', StringValue: '1' } };
			const message = { QueueUrl: work.QueueUrl, MessageBody: 'poison', MessageAttributes: attribute };
			const { MessageId } = await context.client.send(new SendMessageCommand(message));
			for (const count of ['1', '2']) {
				const [got] = await receive(context, work);
				expect(got).toMatchObject({ MessageId, Attributes: { ApproximateReceiveCount: count } });
			}
			expect(await receive(context, dead)).toEqual([]);
			expect(await receive(context, work)).toEqual([]);
			expect(await receive(context, dead)).toMatchObject([{ MessageId, Body: 'poison', MessageAttributes: attribute }]);
			expect(await receive(context, work)).toEqual([]);
		},
	},
	{
		name: 'a dead letter names the queue it comes from',
		run: async context => {
			const { work, dead } = await pair(context);
			await fail(context, work, 1);
			const [letter] = await receive(context, dead);
			expect(letter?.Attributes).toMatchObject({ DeadLetterQueueSourceArn: work.arn });
		},
	},
	{
		name: 'a dead-letter queue lists its sources',
		run: async context => {
			const { work, dead } = await pair(context);
			const { queueUrls } = await context.client.send(
				new ListDeadLetterSourceQueuesCommand({ QueueUrl: dead.QueueUrl }),
			);
			expect(queueUrls).toEqual([work.QueueUrl]);
		},
	},
	{
		name: 'a dead-letter queue must exist, and its policy be whole',
		run: async context => {
			const { QueueUrl, arn } = await freshQueue(context);
			const policies = [
				{ deadLetterTargetArn: `${arn}-not`, maxReceiveCount: 3 },
				{ maxReceiveCount: 3 },
				{ deadLetterTargetArn: arn },
			];
			for (const policy of policies) {
				const Attributes = { RedrivePolicy: JSON.stringify(policy) };
				const refused = await refusal(context.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes })));
				expect(refused.$metadata.httpStatusCode).toBe(400);
			}
		},
	},
	{
		name: 'StartMessageMoveTask sends dead letters back as new messages',
		run: async context => {
			const { work, dead } = await pair(context);
			await fail(context, work, 7);
			const { TaskHandle } = await context.client.send(new StartMessageMoveTaskCommand({ SourceArn: dead.arn }));
			expect(TaskHandle).toBeDefined();
			expect(await finished(context, dead.arn)).toMatchObject({
				Status: 'COMPLETED',
				ApproximateNumberOfMessagesMoved: 7,
				ApproximateNumberOfMessagesToMove: 7,
			});
			expect(await receive(context, dead)).toEqual([]);
			const back = await receive(context, work, 30);
			expect(back.map(({ Body }) => Body).sort()).toEqual(Array.from({ length: 7 }, (_, i) => `poison ${i}`));
			for (const { Attributes } of back) {
				expect(Attributes).toMatchObject({ ApproximateReceiveCount: '1' });
				expect(Attributes).not.toHaveProperty('DeadLetterQueueSourceArn');
			}
		},
	},
	{
		name: 'StartMessageMoveTask moves to another queue, at a rate, until it is cancelled',
		run: async context => {
			const { work, dead } = await pair(context);
			const other = await freshQueue(context);
			await fail(context, work, 10);
			const move = { SourceArn: dead.arn, DestinationArn: other.arn, MaxNumberOfMessagesPerSecond: 1 };
			const { TaskHandle } = await context.client.send(new StartMessageMoveTaskCommand(move));
			const second = await refusal(context.client.send(new StartMessageMoveTaskCommand(move)));
			expect(second).toMatchObject({ name: 'UnsupportedOperation' });
			await wait(500);
			const { ApproximateNumberOfMessagesMoved } = await context.client.send(
				new CancelMessageMoveTaskCommand({ TaskHandle }),
			);
			expect(ApproximateNumberOfMessagesMoved).toBe(1);
			expect((await finished(context, dead.arn))?.Status).toBe('CANCELLED');
			expect(await receive(context, other)).toHaveLength(1);
			expect(await receive(context, dead)).toHaveLength(9);
		},
	},
	{
		name: 'StartMessageMoveTask refuses a queue that is no dead-letter queue',
		run: async context => {
			const { arn } = await freshQueue(context);
			const refused = await refusal(context.client.send(new StartMessageMoveTaskCommand({ SourceArn: arn })));
			expect(refused).toMatchObject({ name: 'InvalidParameterValue', $metadata: { httpStatusCode: 400 } });
		},
	},
];
