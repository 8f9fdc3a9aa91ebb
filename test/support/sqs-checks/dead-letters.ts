import {
	ReceiveMessageCommand,
	SendMessageBatchCommand,
	SendMessageCommand,
	SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { type Check, refusal } from '../check.ts';
import { type FreshQueue, freshQueue, type SqsContext } from '../sqs-context.ts';

/** A queue whose messages go to another one after so many receives. */
async function pair(context: SqsContext, maxReceiveCount = 1): Promise<{ work: FreshQueue; dead: FreshQueue }> {
	const dead = await freshQueue(context);
	const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount });
	return { work: await freshQueue(context, { RedrivePolicy }), dead };
}

async function receive({ client }: SqsContext, { QueueUrl }: FreshQueue, VisibilityTimeout = 0) {
	const names = { MessageSystemAttributeNames: ['All' as const] };
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

export const deadLetterChecks: readonly Check<SqsContext>[] = [
	{
		name: 'a message received too often goes to the dead-letter queue',
		run: async context => {
			const { work, dead } = await pair(context, 2);
			const message = { QueueUrl: work.QueueUrl, MessageBody: 'poison' };
			const { MessageId } = await context.client.send(new SendMessageCommand(message));
			for (const count of ['1', '2']) {
				const [got] = await receive(context, work);
				expect(got).toMatchObject({ MessageId, Attributes: { ApproximateReceiveCount: count } });
			}
			expect(await receive(context, dead)).toEqual([]);
			expect(await receive(context, work)).toEqual([]);
			expect(await receive(context, dead)).toMatchObject([{ MessageId, Body: 'poison' }]);
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
];
