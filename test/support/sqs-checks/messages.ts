import { createHash } from 'node:crypto';
import {
	DeleteMessageBatchCommand,
	DeleteMessageCommand,
	ReceiveMessageCommand,
	SendMessageBatchCommand,
	SendMessageCommand,
} from '@aws-sdk/client-sqs';
import { expect } from 'vitest';
import { type Check, wait } from '../check.ts';
import { freshQueue, type SqsContext, sqsClient } from '../sqs-context.ts';

export const messageChecks: readonly Check<SqsContext>[] = [
	{
		name: 'a message comes back with its body and digest, and is gone when deleted',
		run: async context => {
			const { client } = context;
			const { QueueUrl } = await freshQueue(context);
			const MessageBody = 'snímek 🎞 "1" <2>\n';
			const sent = await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
			expect(sent.MD5OfMessageBody).toBe(createHash('md5').update(MessageBody).digest('hex'));
			const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 1 }));
			expect(Messages).toMatchObject([
				{ MessageId: sent.MessageId, Body: MessageBody, MD5OfBody: sent.MD5OfMessageBody },
			]);
			expect(Messages[0]?.Attributes).toBeUndefined();
			const handle = { QueueUrl, ReceiptHandle: Messages[0]?.ReceiptHandle };
			for (const _ of [1, 2]) await client.send(new DeleteMessageCommand(handle));
			const again = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
			expect(again.Messages ?? []).toEqual([]);
		},
	},
	{
		name: 'groups of messages take turns, so that a small one does not wait behind a large one',
		run: async context => {
			const { client } = context;
			const { QueueUrl } = await freshQueue(context);
			const send = async (MessageGroupId: string, n: number) => {
				for (let i = 0; i < n; i++)
					await client.send(
						new SendMessageCommand({ QueueUrl, MessageBody: `${MessageGroupId} ${i}`, MessageGroupId }),
					);
			};
			await send('large', 30);
			await send('small', 2);
			const bodies: (string | undefined)[] = [];
			for (let i = 0; i < 6; i++) {
				const ask = { QueueUrl, MessageSystemAttributeNames: ['MessageGroupId' as const] };
				const { Messages: [message] = [] } = await client.send(new ReceiveMessageCommand(ask));
				expect(message?.Body?.split(' ')[0]).toBe(message?.Attributes?.MessageGroupId);
				bodies.push(message?.Body);
			}
			expect(bodies).toEqual(['large 0', 'small 0', 'large 1', 'small 1', 'large 2', 'large 3']);
		},
	},
	{
		name: 'the trace that a message is sent with, alone or in a batch, is given to who receives it',
		run: async context => {
			const { client } = context;
			const { QueueUrl } = await freshQueue(context);
			const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0';
			const attributes = { AWSTraceHeader: { DataType: 'String', StringValue: trace } };
			const message = { MessageBody: 'x', MessageSystemAttributes: attributes };
			await client.send(new SendMessageCommand({ QueueUrl, ...message }));
			await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [{ Id: 'a', ...message }] }));
			for (const _ of [1, 2]) {
				const receive = { QueueUrl, MessageSystemAttributeNames: ['AWSTraceHeader' as const] };
				const { Messages = [] } = await client.send(new ReceiveMessageCommand(receive));
				expect(Messages[0]?.Attributes).toEqual({ AWSTraceHeader: trace });
			}
		},
	},
	{
		name: 'system attributes are given by MessageSystemAttributeNames and by AttributeNames',
		run: async context => {
			const { client } = context;
			const { QueueUrl } = await freshQueue(context);
			const before = Date.now();
			await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
			const names = ['MessageSystemAttributeNames', 'AttributeNames'] as const;
			for (const [i, name] of names.entries()) {
				const receive = { QueueUrl, VisibilityTimeout: 0, [name]: ['All'] };
				const { Messages = [] } = await client.send(new ReceiveMessageCommand(receive));
				const attributes = Messages[0]?.Attributes;
				expect(attributes).toMatchObject({
					ApproximateReceiveCount: String(i + 1),
					SenderId: expect.any(String),
				});
				for (const time of [attributes?.SentTimestamp, attributes?.ApproximateFirstReceiveTimestamp]) {
					expect(Number(time)).toBeGreaterThanOrEqual(before);
					expect(Number(time)).toBeLessThanOrEqual(Date.now());
				}
			}
			const one = new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['SentTimestamp'] });
			const { Messages = [] } = await client.send(one);
			expect(Object.keys(Messages[0]?.Attributes ?? {})).toEqual(['SentTimestamp']);
		},
	},
	{
		name: 'batches of ten are sent, received and deleted',
		run: async context => {
			const { client } = context;
			const { QueueUrl } = await freshQueue(context);
			const Entries = Array.from({ length: 10 }, (_, i) => ({ Id: `id-${i}`, MessageBody: `body ${i}` }));
			const sent = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
			expect(sent.Successful?.map(({ Id }) => Id)).toEqual(Entries.map(({ Id }) => Id));
			const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
			expect(Messages.map(({ Body }) => Body).sort()).toEqual(Entries.map(({ MessageBody }) => MessageBody));
			const handles = Messages.map(({ ReceiptHandle }, i) => ({ Id: `id-${i}`, ReceiptHandle }));
			const deleted = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries: handles }));
			expect(deleted.Successful).toHaveLength(10);
		},
	},
	{
		name: 'one bad entry of a batch is not sent, the others are',
		run: async context => {
			const { client } = context;
			const { QueueUrl } = await freshQueue(context);
			const Entries = [
				{ Id: 'good', MessageBody: 'x' },
				{ Id: 'bad', MessageBody: 'a character XML does not know: \u0001' },
			];
			const sent = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
			expect(sent.Successful).toMatchObject([{ Id: 'good' }]);
			expect(sent.Failed).toMatchObject([{ Id: 'bad', SenderFault: true, Code: 'InvalidMessageContents' }]);
			const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
			expect(Messages).toMatchObject([{ Body: 'x' }]);
		},
	},
	{
		name: 'one bad handle of a batch deletes nothing, the others do',
		run: async context => {
			const { client } = context;
			const { QueueUrl } = await freshQueue(context);
			await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
			const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl }));
			const Entries = [
				{ Id: 'good', ReceiptHandle: Messages[0]?.ReceiptHandle },
				{ Id: 'bad', ReceiptHandle: 'no-such-handle' },
			];
			const deleted = await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
			expect(deleted.Successful).toMatchObject([{ Id: 'good' }]);
			expect(deleted.Failed).toMatchObject([{ Id: 'bad', Code: 'ReceiptHandleIsInvalid' }]);
		},
	},
	{
		name: 'a long poll wakes when a message arrives',
		run: async context => {
			const { QueueUrl } = await freshQueue(context);
			const start = Date.now();
			const polling = context.client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }));
			await wait(500);
			await context.client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'wake up' }));
			expect((await polling).Messages).toMatchObject([{ Body: 'wake up' }]);
			expect(Date.now() - start).toBeLessThan(1500);
		},
	},
	{
		name: 'an empty long poll waits its time, an ordinary one does not',
		run: async context => {
			const { QueueUrl } = await freshQueue(context);
			const start = Date.now();
			const short = await context.client.send(new ReceiveMessageCommand({ QueueUrl }));
			expect(Date.now() - start).toBeLessThan(500);
			const long = await context.client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
			expect(Date.now() - start).toBeGreaterThanOrEqual(1000);
			expect([short.Messages ?? [], long.Messages ?? []]).toEqual([[], []]);
		},
	},
	{
		name: 'a consumer that hangs up is given nothing',
		run: async context => {
			const { client } = context;
			const { QueueUrl } = await freshQueue(context);
			const leaving = new AbortController();
			const poll = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 });
			const polling = client.send(poll, { abortSignal: leaving.signal }).catch(() => {});
			await wait(300);
			leaving.abort();
			await polling;
			await wait(200);
			await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'for another' }));
			const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 1 }));
			expect(Messages).toMatchObject([{ Body: 'for another' }]);
		},
	},
	{
		name: '8 consumers get 500 messages once each',
		run: async context => {
			const { client } = context;
			const { QueueUrl } = await freshQueue(context);
			for (let batch = 0; batch < 50; batch++) {
				const Entries = Array.from({ length: 10 }, (_, i) => ({ Id: `${i}`, MessageBody: `${batch * 10 + i}` }));
				await client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
			}
			const got: string[] = [];
			const consume = async () => {
				const own = sqsClient(context);
				for (let last = 1; last > 0; ) {
					const { Messages = [] } = await own.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
					got.push(...Messages.map(({ Body = '' }) => Body));
					last = Messages.length;
				}
				own.destroy();
			};
			const consumers = await Promise.allSettled(Array.from({ length: 8 }, consume));
			expect(consumers.filter(({ status }) => status === 'rejected')).toEqual([]);
			expect(got).toHaveLength(500);
			expect(new Set(got).size).toBe(500);
		},
	},
];
