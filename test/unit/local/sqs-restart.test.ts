import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
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
	const make = async (endpoint: string) =>
		(await sqsClient({ endpoint, ...testSigner }).send(new CreateQueueCommand({ QueueName: 'work' }))).QueueUrl ?? '';

	it('are made once, and keep their messages when they are made again', async () => {
		const first = await start();
		const url = await make(first.endpoint);
		expect(url).toBe(`${first.endpoint}/000000000000/work`);
		const send = new SendMessageCommand({ QueueUrl: url, MessageBody: 'kept' });
		await sqsClient({ endpoint: first.endpoint, ...testSigner }).send(send);
		await first.close();

		const second = await start();
		const again = await make(second.endpoint);
		expect(again).toBe(`${second.endpoint}/000000000000/work`);
		const receive = new ReceiveMessageCommand({ QueueUrl: again });
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
		const url = await make(first.endpoint);
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

	it('close at once, though consumers wait', async () => {
		const server = await start();
		const url = await make(server.endpoint);
		const client = sqsClient({ endpoint: server.endpoint, ...testSigner });
		const polling = client
			.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 20 }))
			.catch(() => 'cut off');
		await new Promise(resolve => setTimeout(resolve, 200));
		await server.close();
		expect(await polling).toBe('cut off');
	});
});
