import {
	CreateQueueCommand,
	DeleteQueueCommand,
	GetQueueAttributesCommand,
	GetQueueUrlCommand,
	ListQueuesCommand,
	PurgeQueueCommand,
	ReceiveMessageCommand,
	SendMessageCommand,
	SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { type Check, refusal } from '../check.ts';
import { freshQueue, type SqsContext } from '../sqs-context.ts';

const missing = { name: 'QueueDoesNotExist', $metadata: { httpStatusCode: 400 } };

export const queueChecks: readonly Check<SqsContext>[] = [
	{
		name: 'a queue is created, found, listed and deleted',
		run: async ({ client }) => {
			const QueueName = 'life-of-a-queue';
			const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName }));
			expect((await client.send(new GetQueueUrlCommand({ QueueName }))).QueueUrl).toBe(QueueUrl);
			const listed = await client.send(new ListQueuesCommand({ QueueNamePrefix: 'life-of' }));
			expect(listed.QueueUrls).toEqual([QueueUrl]);
			await client.send(new DeleteQueueCommand({ QueueUrl }));
			expect(await refusal(client.send(new GetQueueUrlCommand({ QueueName })))).toMatchObject(missing);
			const send = new SendMessageCommand({ QueueUrl, MessageBody: 'x' });
			expect(await refusal(client.send(send))).toMatchObject(missing);
		},
	},
	{
		name: 'attributes are set, changed and read, with the defaults of SQS',
		run: async context => {
			const { client } = context;
			const { QueueUrl, arn } = await freshQueue(context, { VisibilityTimeout: '90', DelaySeconds: '0' });
			const read = async () =>
				(await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes;
			expect(arn).toMatch(/^arn:aws:sqs:us-east-1:\d{12}:fresh-\d+$/);
			expect(await read()).toMatchObject({
				VisibilityTimeout: '90',
				MessageRetentionPeriod: '345600',
				MaximumMessageSize: '1048576',
				ReceiveMessageWaitTimeSeconds: '0',
				ApproximateNumberOfMessages: '0',
				QueueArn: arn,
			});
			const Attributes = { VisibilityTimeout: '120', MessageRetentionPeriod: '1209600' };
			await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
			expect(await read()).toMatchObject(Attributes);
			const one = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout'] }));
			expect(one.Attributes).toEqual({ VisibilityTimeout: '120' });
		},
	},
	{
		name: 'creating a queue again is fine with the same attributes only',
		run: async ({ client }) => {
			const queue = { QueueName: 'twice', Attributes: { VisibilityTimeout: '60' } };
			const first = await client.send(new CreateQueueCommand(queue));
			expect((await client.send(new CreateQueueCommand(queue))).QueueUrl).toBe(first.QueueUrl);
			const other = new CreateQueueCommand({ ...queue, Attributes: { VisibilityTimeout: '61' } });
			expect(await refusal(client.send(other))).toMatchObject({ name: 'QueueNameExists' });
		},
	},
	{
		name: 'attributes out of bounds are refused',
		run: async context => {
			const { QueueUrl } = await freshQueue(context);
			const outOfBounds: Record<string, string>[] = [
				{ VisibilityTimeout: '43201' },
				{ DelaySeconds: '-1' },
				{ MaximumMessageSize: 'large' },
			];
			for (const Attributes of outOfBounds) {
				const refused = await refusal(context.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes })));
				expect(refused.name).toMatch(/^InvalidParameterValue|^InvalidAttributeValue/);
			}
		},
	},
	{
		name: 'unknown attributes are refused',
		run: async context => {
			const { QueueUrl } = await freshQueue(context);
			const Attributes: Record<string, string> = { Nonsense: '1' };
			const set = new SetQueueAttributesCommand({ QueueUrl, Attributes });
			expect(await refusal(context.client.send(set))).toMatchObject({ name: 'InvalidAttributeName' });
			const read = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['Nonsense' as 'All'] });
			expect(await refusal(context.client.send(read))).toMatchObject({ name: 'InvalidAttributeName' });
		},
	},
	{
		name: 'counts tell what is visible, held and delayed',
		run: async context => {
			const { client } = context;
			const { QueueUrl } = await freshQueue(context);
			for (const DelaySeconds of [0, 0, 0, 60])
				await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x', DelaySeconds }));
			await client.send(new ReceiveMessageCommand({ QueueUrl }));
			const { Attributes } = await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
			expect(Attributes).toMatchObject({
				ApproximateNumberOfMessages: '2',
				ApproximateNumberOfMessagesNotVisible: '1',
				ApproximateNumberOfMessagesDelayed: '1',
			});
		},
	},
	{
		name: 'a purged queue is empty',
		run: async context => {
			const { QueueUrl } = await freshQueue(context);
			for (const MessageBody of 'abc') await context.client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
			await context.client.send(new PurgeQueueCommand({ QueueUrl }));
			const { Messages } = await context.client.send(new ReceiveMessageCommand({ QueueUrl }));
			expect(Messages ?? []).toEqual([]);
		},
	},
];
