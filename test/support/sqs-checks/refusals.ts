import {
	CreateQueueCommand,
	DeleteMessageCommand,
	DeleteQueueCommand,
	PurgeQueueCommand,
	ReceiveMessageCommand,
	SendMessageBatchCommand,
	type SendMessageBatchRequestEntry,
	SendMessageCommand,
	StartMessageMoveTaskCommand,
	TagQueueCommand,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { type Check, refusal } from '../check.ts';
import { freshQueue, type SqsContext, sqsClient } from '../sqs-context.ts';

const mib = 1_048_576;

export const sqsRefusalChecks: readonly Check<SqsContext>[] = [
	{
		name: 'a message may have 1 MiB, and not a byte more',
		run: async context => {
			const { client } = context;
			const { QueueUrl } = await freshQueue(context);
			const MessageBody = 'x'.repeat(mib);
			await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
			const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
			expect(Messages?.[0]?.Body === MessageBody).toBe(true);
			const larger = new SendMessageCommand({ QueueUrl, MessageBody: `${MessageBody}x` });
			expect(await refusal(client.send(larger))).toMatchObject({ name: 'InvalidParameterValue' });
		},
	},
	{
		name: 'a batch may have 1 MiB altogether',
		run: async context => {
			const { QueueUrl } = await freshQueue(context);
			const Entries = ['a', 'b'].map(Id => ({ Id, MessageBody: 'x'.repeat(mib / 2 + 1) }));
			const refused = await refusal(context.client.send(new SendMessageBatchCommand({ QueueUrl, Entries })));
			expect(refused).toMatchObject({ name: 'BatchRequestTooLong' });
			const { Messages } = await context.client.send(new ReceiveMessageCommand({ QueueUrl }));
			expect(Messages ?? []).toEqual([]);
		},
	},
	{
		name: 'a batch has 1 to 10 entries with ids of their own',
		run: async context => {
			const { QueueUrl } = await freshQueue(context);
			const send = (ids: string[]) => {
				const Entries: SendMessageBatchRequestEntry[] = ids.map(Id => ({ Id, MessageBody: 'x' }));
				return refusal(context.client.send(new SendMessageBatchCommand({ QueueUrl, Entries })));
			};
			expect(await send([])).toMatchObject({ name: 'EmptyBatchRequest' });
			expect(await send([...'abcdefghijk'])).toMatchObject({ name: 'TooManyEntriesInBatchRequest' });
			expect(await send(['a', 'b', 'a'])).toMatchObject({ name: 'BatchEntryIdsNotDistinct' });
			expect(await send(['white space'])).toMatchObject({ name: 'InvalidBatchEntryId' });
		},
	},
	{
		name: 'a bad receipt handle is refused',
		run: async context => {
			const { QueueUrl } = await freshQueue(context);
			const remove = new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'no-such-handle' });
			expect(await refusal(context.client.send(remove))).toMatchObject({ name: 'ReceiptHandleIsInvalid' });
		},
	},
	{
		name: 'an empty message is refused',
		run: async context => {
			const { QueueUrl } = await freshQueue(context);
			const empty = new SendMessageCommand({ QueueUrl, MessageBody: '' });
			expect((await refusal(context.client.send(empty))).$metadata.httpStatusCode).toBe(400);
		},
	},
	{
		name: 'numbers out of bounds are refused when receiving',
		run: async context => {
			const { QueueUrl } = await freshQueue(context);
			for (const bad of [{ MaxNumberOfMessages: 11 }, { WaitTimeSeconds: 21 }, { VisibilityTimeout: 43_201 }]) {
				const receive = context.client.send(new ReceiveMessageCommand({ QueueUrl, ...bad }));
				expect((await refusal(receive)).$metadata.httpStatusCode).toBe(400);
			}
		},
	},
	{
		name: 'a wrong secret, an unknown key id and another region are refused',
		run: async context => {
			const { QueueUrl } = await freshQueue(context);
			const { accessKeyId } = context.credentials;
			const send = (address: Partial<SqsContext>) => {
				const client = sqsClient({ ...context, ...address });
				return refusal(client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'forged' })));
			};
			const wrongSecret = { credentials: { accessKeyId, secretAccessKey: 'wrong' } };
			expect(await send(wrongSecret)).toMatchObject({
				name: 'SignatureDoesNotMatch',
				$metadata: { httpStatusCode: 403 },
			});
			const unknown = { credentials: { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' } };
			expect(await send(unknown)).toMatchObject({ name: 'InvalidClientTokenId', $metadata: { httpStatusCode: 403 } });
			expect(await send({ region: 'eu-north-1' })).toMatchObject({ $metadata: { httpStatusCode: 403 } });
		},
	},
	{
		name: 'FIFO queues are refused',
		run: async ({ client }) => {
			const create = new CreateQueueCommand({ QueueName: 'in-order.fifo' });
			expect(await refusal(client.send(create))).toMatchObject({
				name: 'UnsupportedOperation',
				message: 'FIFO queues are not supported by the local SQS.',
			});
		},
	},
	{
		name: 'what the functions never ask for is refused by its name',
		run: async context => {
			const { client } = context;
			const { QueueUrl, arn } = await freshQueue(context);
			const message = { QueueUrl, MessageBody: 'x' };
			const attribute = { DataType: 'String', StringValue: 'x' };
			const refused: [() => Promise<unknown>, string][] = [
				[() => client.send(new TagQueueCommand({ QueueUrl, Tags: { a: 'b' } })), 'TagQueue'],
				[() => client.send(new PurgeQueueCommand({ QueueUrl })), 'PurgeQueue'],
				[() => client.send(new DeleteQueueCommand({ QueueUrl })), 'DeleteQueue'],
				[() => client.send(new StartMessageMoveTaskCommand({ SourceArn: arn })), 'StartMessageMoveTask'],
				[
					() => client.send(new SendMessageCommand({ ...message, MessageAttributes: { a: attribute } })),
					'MessageAttributes',
				],
				[
					() => client.send(new ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ['All'] })),
					'MessageAttributeNames',
				],
			];
			for (const [request, name] of refused) {
				const { message, $metadata } = await refusal(request());
				expect([$metadata.httpStatusCode, message]).toEqual([400, expect.stringContaining(name)]);
			}
		},
	},
];
