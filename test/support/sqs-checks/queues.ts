import {
	CreateQueueCommand,
	GetQueueAttributesCommand,
	ListQueuesCommand,
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
		name: 'a queue is created once, and listed',
		run: async ({ client }) => {
			const create = new CreateQueueCommand({ QueueName: 'made-twice' });
			const { QueueUrl } = await client.send(create);
			expect((await client.send(create)).QueueUrl).toBe(QueueUrl);
			const { QueueUrls = [] } = await client.send(new ListQueuesCommand());
			expect(QueueUrls.filter(url => url === QueueUrl)).toHaveLength(1);
		},
	},
	{
		name: 'a queue that does not exist is named so',
		run: async context => {
			const { QueueUrl } = await freshQueue(context);
			const send = new SendMessageCommand({ QueueUrl: `${QueueUrl}-not`, MessageBody: 'x' });
			expect(await refusal(context.client.send(send))).toMatchObject(missing);
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
];
