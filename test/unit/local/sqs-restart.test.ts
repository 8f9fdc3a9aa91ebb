import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GetQueueAttributesCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startSqs } from '#local/aws/sqs/server.ts';
import { testSigner } from '#test/signed-request.ts';
import { sqsClient } from '#test/sqs-context.ts';

describe('the queues of a template', () => {
	let dataDir: string;
	beforeEach(async () => {
		dataDir = await mkdtemp(join(tmpdir(), 'framefan-sqs-'));
	});
	afterEach(() => rm(dataDir, { recursive: true }));
	const start = () => startSqs({ dataDir, ...testSigner, accountId: '000000000000' });
	const attributesOf = async (endpoint: string, QueueUrl: string) => {
		const client = sqsClient({ endpoint, ...testSigner });
		return (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ?? {};
	};

	it('are made once, and have the attributes of the last start and no others', async () => {
		const first = await start();
		const dead = await first.ensureQueue('dead', {});
		const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
		const work = await first.ensureQueue('work', { VisibilityTimeout: '90', RedrivePolicy });
		expect(work).toEqual({
			url: `${first.endpoint}/000000000000/work`,
			arn: 'arn:aws:sqs:us-east-1:000000000000:work',
		});
		expect(await attributesOf(first.endpoint, work.url)).toMatchObject({ VisibilityTimeout: '90', RedrivePolicy });
		const send = new SendMessageCommand({ QueueUrl: work.url, MessageBody: 'kept' });
		await sqsClient({ endpoint: first.endpoint, ...testSigner }).send(send);
		await first.close();

		const second = await start();
		const again = await second.ensureQueue('work', { MessageRetentionPeriod: '1209600' });
		expect(again).toEqual({ url: `${second.endpoint}/000000000000/work`, arn: work.arn });
		const attributes = await attributesOf(second.endpoint, work.url);
		expect(attributes).toMatchObject({ VisibilityTimeout: '30', MessageRetentionPeriod: '1209600' });
		expect(attributes).not.toHaveProperty('RedrivePolicy');
		const receive = new ReceiveMessageCommand({ QueueUrl: again.url });
		const { Messages } = await sqsClient({ endpoint: second.endpoint, ...testSigner }).send(receive);
		expect(Messages).toMatchObject([{ Body: 'kept' }]);
		await second.close();
	});

	it('give back at once what the consumers of a former server held, if told to', async () => {
		const receive = async (endpoint: string, QueueUrl: string) => {
			const client = sqsClient({ endpoint, ...testSigner });
			const names = { MessageSystemAttributeNames: ['ApproximateReceiveCount' as const] };
			return (await client.send(new ReceiveMessageCommand({ QueueUrl, ...names }))).Messages;
		};
		const first = await start();
		const { url } = await first.ensureQueue('work', {});
		const client = sqsClient({ endpoint: first.endpoint, ...testSigner });
		await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: 'held' }));
		expect(await receive(first.endpoint, url)).toHaveLength(1);
		await first.close();

		const second = await start();
		expect(await receive(second.endpoint, url)).toBeUndefined();
		second.releaseHeld();
		expect(await receive(second.endpoint, url)).toMatchObject([
			{ Body: 'held', Attributes: { ApproximateReceiveCount: '2' } },
		]);
		await second.close();
	});

	it('cannot have a dead-letter queue that is not there', async () => {
		const server = await start();
		const RedrivePolicy = JSON.stringify({
			deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:none',
			maxReceiveCount: 3,
		});
		await expect(server.ensureQueue('work', { RedrivePolicy })).rejects.toThrow('Dead letter target does not exist');
		await server.close();
	});

	it('close at once, though consumers wait', async () => {
		const server = await start();
		const { url } = await server.ensureQueue('work', {});
		const client = sqsClient({ endpoint: server.endpoint, ...testSigner });
		const polling = client
			.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }))
			.catch(() => 'cut off');
		await new Promise(resolve => setTimeout(resolve, 200));
		await server.close();
		expect(await polling).toBe('cut off');
	});
});
