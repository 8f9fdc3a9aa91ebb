import {
	ChangeMessageVisibilityCommand,
	DeleteMessageCommand,
	ReceiveMessageCommand,
	SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { type Check, refusal, wait } from '../check.ts';
import { freshQueue, type SqsContext } from '../sqs-context.ts';

async function receive(
	{ client }: SqsContext,
	QueueUrl: string,
	more: { WaitTimeSeconds?: number; VisibilityTimeout?: number } = {},
) {
	const { Messages = [] } = await client.send(
		new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, ...more }),
	);
	return Messages;
}

async function sent(
	context: SqsContext,
	attributes: Record<string, string> = {},
	more: { DelaySeconds?: number } = {},
) {
	const { QueueUrl } = await freshQueue(context, attributes);
	await context.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', ...more }));
	return QueueUrl;
}

export const visibilityChecks: readonly Check<SqsContext>[] = [
	{
		name: 'a received message is hidden until its timeout, then a waiting consumer gets it',
		run: async context => {
			const QueueUrl = await sent(context, { VisibilityTimeout: '2' });
			const start = Date.now();
			expect(await receive(context, QueueUrl)).toHaveLength(1);
			expect(await receive(context, QueueUrl)).toHaveLength(0);
			expect(await receive(context, QueueUrl, { WaitTimeSeconds: 5 })).toHaveLength(1);
			expect(Date.now() - start).toBeGreaterThanOrEqual(1950);
			expect(Date.now() - start).toBeLessThan(3500);
		},
	},
	{
		name: 'a timeout of 0 gives a message once per receive',
		run: async context => {
			const QueueUrl = await sent(context);
			for (const _ of [1, 2, 3]) expect(await receive(context, QueueUrl, { VisibilityTimeout: 0 })).toHaveLength(1);
		},
	},
	{
		name: 'a consumer keeps a message by changing its visibility, and gives it back with 0',
		run: async context => {
			const QueueUrl = await sent(context);
			const [message] = await receive(context, QueueUrl, { VisibilityTimeout: 1 });
			const handle = { QueueUrl, ReceiptHandle: message?.ReceiptHandle };
			await context.client.send(new ChangeMessageVisibilityCommand({ ...handle, VisibilityTimeout: 60 }));
			await wait(1200);
			expect(await receive(context, QueueUrl)).toHaveLength(0);
			await context.client.send(new ChangeMessageVisibilityCommand({ ...handle, VisibilityTimeout: 0 }));
			expect(await receive(context, QueueUrl)).toHaveLength(1);
		},
	},
	{
		name: 'a message that is not held cannot be held longer',
		run: async context => {
			const QueueUrl = await sent(context);
			const [message] = await receive(context, QueueUrl, { VisibilityTimeout: 0 });
			const hold = { QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout: 60 };
			const refused = await refusal(context.client.send(new ChangeMessageVisibilityCommand(hold)));
			expect(refused.name).toMatch(/^(MessageNotInflight|InvalidParameterValue)$/);
		},
	},
	{
		name: 'the receipt handle of an earlier delivery deletes nothing',
		run: async context => {
			const QueueUrl = await sent(context);
			const [first] = await receive(context, QueueUrl, { VisibilityTimeout: 0 });
			const [second] = await receive(context, QueueUrl, { VisibilityTimeout: 0 });
			expect(second?.ReceiptHandle).not.toBe(first?.ReceiptHandle);
			await context.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
			const [third] = await receive(context, QueueUrl, { VisibilityTimeout: 0 });
			expect(third?.MessageId).toBe(first?.MessageId);
			await context.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: third?.ReceiptHandle }));
			expect(await receive(context, QueueUrl)).toHaveLength(0);
		},
	},
	{
		name: 'DelaySeconds of a message or of its queue keeps it back',
		run: async context => {
			const delayed = [await sent(context, {}, { DelaySeconds: 1 }), await sent(context, { DelaySeconds: '1' })];
			for (const QueueUrl of delayed) expect(await receive(context, QueueUrl)).toHaveLength(0);
			for (const QueueUrl of delayed) expect(await receive(context, QueueUrl, { WaitTimeSeconds: 5 })).toHaveLength(1);
			const atOnce = await sent(context, { DelaySeconds: '60' }, { DelaySeconds: 0 });
			expect(await receive(context, atOnce)).toHaveLength(1);
		},
	},
];
