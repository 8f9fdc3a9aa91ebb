import { createHash, randomBytes } from 'node:crypto';
import { appendFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	CompleteMultipartUploadCommand,
	CreateMultipartUploadCommand,
	GetObjectCommand,
	ListObjectsV2Command,
	PutObjectCommand,
	UploadPartCommand,
} from '@aws-sdk/client-s3';
import {
	CreateQueueCommand,
	DeleteMessageBatchCommand,
	DeleteMessageCommand,
	GetQueueAttributesCommand,
	ReceiveMessageCommand,
	SendMessageBatchCommand,
	SendMessageCommand,
	SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { wait } from '#test/check.ts';
import { until } from '#test/framefan-command.ts';
import { type LocalAwsProcess, startLocalAws } from '#test/local-aws-process.ts';
import { s3Client, s3Context } from '#test/s3-context.ts';
import { sqsClient } from '#test/sqs-context.ts';

describe('after a SIGKILL', () => {
	let dataDir: string;
	let running: LocalAwsProcess;
	beforeEach(async () => {
		dataDir = await mkdtemp(join(tmpdir(), 'framefan-survival-'));
		running = await startLocalAws(dataDir);
	});
	afterEach(async () => {
		await running.kill();
		await rm(dataDir, { recursive: true });
	});
	const restart = async () => {
		await running.kill();
		running = await startLocalAws(dataDir);
	};

	it('every object is the old one or the new one, and none that was confirmed is missing', async () => {
		await s3Context(running.s3);
		const confirmed = new Map<string, number>();
		let writes = 0;
		for (let round = 0; round < 4; round++) {
			const client = s3Client(running.s3);
			const write = async (writer: number) => {
				for (let version = round * 1000; ; version++) {
					const Key = `writer ${writer}/${version % 5}`;
					const Body = Buffer.alloc(1000 + (version % 7) * 300_000, `${version},`);
					await client.send(new PutObjectCommand({ Bucket: 'checks', Key, Body }));
					confirmed.set(Key, version);
					writes++;
				}
			};
			const writers = [1, 2, 3].map(writer => write(writer).catch(() => {}));
			await wait(200 + round * 77);
			// However slow the machine is.
			await until(() => writes > 4 * (round + 1), 20, 'objects were written');
			await restart();
			await Promise.all(writers);

			const again = s3Client(running.s3);
			const { Contents = [] } = await again.send(new ListObjectsV2Command({ Bucket: 'checks' }));
			const keys = new Set(Contents.map(({ Key }) => Key));
			for (const [Key, version] of confirmed) {
				expect(keys).toContain(Key);
				const { Body, ETag } = await again.send(new GetObjectCommand({ Bucket: 'checks', Key }));
				const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
				const found = Number.parseInt(bytes.toString('latin1', 0, 10), 10);
				expect(found).toBeGreaterThanOrEqual(version);
				expect(bytes.equals(Buffer.alloc(1000 + (found % 7) * 300_000, `${found},`))).toBe(true);
				expect(ETag).toBe(`"${createHash('md5').update(bytes).digest('hex')}"`);
				expect(Contents.find(listed => listed.Key === Key)?.ETag).toBe(ETag);
			}
			expect(await readdir(join(dataDir, 's3', 'drafts'))).toEqual([]);
		}
		expect(confirmed.size).toBeGreaterThan(5);
	});

	it('a multipart upload goes on', async () => {
		const { client, bucket } = await s3Context(running.s3);
		const object = { Bucket: bucket, Key: 'long' };
		const { UploadId } = await client.send(new CreateMultipartUploadCommand(object));
		const first = randomBytes(5 * 1024 * 1024);
		const part = await client.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 1, Body: first }));
		await restart();
		const again = s3Client(running.s3);
		const last = await again.send(new UploadPartCommand({ ...object, UploadId, PartNumber: 2, Body: 'end' }));
		const Parts = [part, last].map(({ ETag }, i) => ({ PartNumber: i + 1, ETag }));
		await again.send(new CompleteMultipartUploadCommand({ ...object, UploadId, MultipartUpload: { Parts } }));
		const { ContentLength } = await again.send(new GetObjectCommand(object));
		expect(ContentLength).toBe(first.length + 3);
	});

	it('a queue has its messages, its holds and its receive counts, at another port', async () => {
		const client = sqsClient(running.sqs);
		const Attributes = { VisibilityTimeout: '3' };
		const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'work' }));
		await client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
		for (const MessageBody of ['deleted', 'held', 'waiting'])
			await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
		const receive = async () => (await client.send(new ReceiveMessageCommand({ QueueUrl }))).Messages?.[0];
		const deleted = await receive();
		await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: deleted?.ReceiptHandle }));
		const held = await receive();
		expect([deleted?.Body, held?.Body]).toEqual(['deleted', 'held']);
		await restart();

		const again = sqsClient(running.sqs);
		const names = { MessageSystemAttributeNames: ['ApproximateReceiveCount' as const] };
		const poll = { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5, ...names };
		expect((await again.send(new ReceiveMessageCommand(poll))).Messages).toMatchObject([
			{ Body: 'waiting', Attributes: { ApproximateReceiveCount: '1' } },
		]);
		const { Messages } = await again.send(new ReceiveMessageCommand(poll));
		expect(Messages).toMatchObject([
			{ Body: 'held', MessageId: held?.MessageId, Attributes: { ApproximateReceiveCount: '2' } },
		]);
		const read = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['VisibilityTimeout'] });
		expect((await again.send(read)).Attributes).toEqual(Attributes);
	});

	it('every confirmed message is there, and a torn last line of the journal is forgotten', async () => {
		const client = sqsClient(running.sqs);
		const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'busy' }));
		const confirmed: string[] = [];
		const send = async (writer: number) => {
			for (let i = 0; ; i++) {
				const MessageBody = `${writer}/${i}`;
				await client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
				confirmed.push(MessageBody);
			}
		};
		const writers = [1, 2, 3].map(writer => send(writer).catch(() => {}));
		await wait(400);
		await running.kill();
		await Promise.all(writers);
		await appendFile(join(dataDir, 'sqs', 'queues', 'busy.journal'), '{"is":"message","mess');
		for (let start = 0; start < 2; start++) {
			running = await startLocalAws(dataDir);
			await sqsClient(running.sqs).send(new SendMessageCommand({ QueueUrl, MessageBody: `start ${start}` }));
			confirmed.push(`start ${start}`);
			await running.kill();
		}
		running = await startLocalAws(dataDir);

		const again = sqsClient(running.sqs);
		const found: string[] = [];
		for (let last = 1; last > 0; ) {
			const { Messages = [] } = await again.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
			found.push(...Messages.map(({ Body = '' }) => Body));
			last = Messages.length;
		}
		expect(confirmed.length).toBeGreaterThan(10);
		expect(found).toEqual(expect.arrayContaining(confirmed));
		expect(new Set(found).size).toBe(found.length);
		// A message written just before the kill may be there unconfirmed: one for each writer.
		expect(found.length - confirmed.length).toBeLessThanOrEqual(3);
	});

	it('a journal does not grow with what is done', async () => {
		const client = sqsClient(running.sqs);
		const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'steady' }));
		await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'stays', DelaySeconds: 900 }));
		const ten = Array.from({ length: 10 }, (_, i) => ({ Id: String(i), MessageBody: 'x'.repeat(1000) }));
		for (let i = 0; i < 50; i++) {
			await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: ten }));
			const { Messages = [] } = await client.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
			expect(Messages).toHaveLength(10);
			const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
			await client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
		}
		expect((await stat(join(dataDir, 'sqs', 'queues', 'steady.journal'))).size).toBeLessThan(500_000);
		await restart();
		const counts = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
		expect((await sqsClient(running.sqs).send(counts)).Attributes).toMatchObject({
			ApproximateNumberOfMessages: '0',
			ApproximateNumberOfMessagesDelayed: '1',
		});
	});
});
