import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
	CreateQueueCommand,
	GetQueueAttributesCommand,
	SendMessageBatchCommand,
	SetQueueAttributesCommand,
	SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type SqsServer, startSqs } from '#local/aws/sqs/server.ts';
import { startEventSource } from '#local/lambda/event-source.ts';
import { makeFunction } from '#local/lambda/function.ts';

const folder = mkdtempSync(join(tmpdir(), 'framefan-event-source-'));
const region = 'us-east-1';
const credentials = { accessKeyId: 'a', secretAccessKey: 'b' };
let server: SqsServer;
let sqs: SQSClient;
const disposers: (() => unknown)[] = [];

beforeAll(async () => {
	server = await startSqs({ dataDir: folder, credentials, region, accountId: '000000000000' });
	sqs = new SQSClient({ region, credentials, endpoint: server.endpoint });
});
afterAll(async () => {
	for (const end of disposers.reverse()) await end();
	sqs.destroy();
	await server.close();
	rmSync(folder, { recursive: true, force: true });
});

const counts = async (QueueUrl: string) => {
	const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
	const { Attributes = {} } = await sqs.send(
		new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] }),
	);
	return AttributeNames.map(name => Number(Attributes[name]));
};

/** A queue with dead letters after two deliveries, and a function behind it whose answer is this expression of `records`. */
const wire = async (name: string, answer: string, pollers = 1) => {
	const queueArn = `arn:aws:sqs:${region}:000000000000:${name}`;
	const { QueueUrl: dead = '' } = await sqs.send(new CreateQueueCommand({ QueueName: `${name}-dead` }));
	const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
	const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: `${queueArn}-dead`, maxReceiveCount: 2 });
	const Attributes = { VisibilityTimeout: '1', RedrivePolicy };
	await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes }));
	const taskRoot = join(folder, `code-${name}`);
	mkdirSync(taskRoot);
	writeFileSync(join(taskRoot, 'index.mjs'), `export const handler = async ({ Records: records }) => { ${answer} };`);
	const worker = makeFunction(
		{
			name,
			arn: `arn:${name}`,
			handler: 'index.handler',
			taskRoot,
			layers: [],
			environment: {},
			timeoutSeconds: 5,
			memoryMiB: 128,
		},
		{ concurrency: pollers, temporaryRoot: folder, logPath: join(folder, `${name}.log`) },
	);
	disposers.push(() => worker.close());
	const source = { queueUrl: QueueUrl, queueArn, region, worker };
	disposers.push(
		startEventSource(sqs, { ...source, batchSize: 10, pollers, waitSeconds: 20, reportsItemFailures: true }),
	);
	return { QueueUrl, dead, worker };
};

const send = async (QueueUrl: string, bodies: string[]) => {
	for (let at = 0; at < bodies.length; at += 10) {
		const Entries = bodies.slice(at, at + 10).map((MessageBody, n) => ({ Id: String(n), MessageBody }));
		await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
	}
};

test('failed messages stay, the others are deleted, and one that always fails is a dead letter', async () => {
	const { QueueUrl, dead, worker } = await wire(
		'partial',
		`return { batchItemFailures: records.filter(({ body }) => body === 'poison').map(({ messageId }) => ({ itemIdentifier: messageId })) };`,
		3,
	);
	await send(QueueUrl, [...Array.from({ length: 30 }, (_, at) => `good ${at}`), 'poison']);
	await expect.poll(() => counts(dead), { timeout: 15_000 }).toEqual([1, 0]);
	await expect.poll(() => counts(QueueUrl), { timeout: 5000 }).toEqual([0, 0]);
	expect(worker.pids().length).toBeLessThanOrEqual(3);
});

test.each([
	['an empty list deletes the batch', 'return { batchItemFailures: [] };', 0],
	['null deletes the batch', 'return null;', 0],
	['an id that was never given keeps the batch', `return { batchItemFailures: [{ itemIdentifier: 'nobody' }] };`, 3],
	['a thrown error keeps the batch', `throw new Error('no');`, 3],
	['a sandbox that is killed keeps the batch', `process.kill(process.pid, 'SIGKILL');`, 3],
])('%s', async (name, answer, kept) => {
	const { QueueUrl, dead } = await wire(name.replaceAll(' ', '-'), answer);
	await send(QueueUrl, ['a', 'b', 'c']);
	await expect.poll(() => counts(dead), { timeout: 15_000 }).toEqual([kept, 0]);
	await expect.poll(() => counts(QueueUrl), { timeout: 5000 }).toEqual([0, 0]);
});
