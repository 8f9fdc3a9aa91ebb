import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import middy from '@middy/core';
import type { Context, ScheduledEvent, SQSBatchResponse, SQSEvent, SQSRecord } from 'aws-lambda';
import * as z from 'zod';
import { deadlineOf } from '#shared/aws/deadline.ts';
import { makeFileStore } from '#shared/aws/file-store.ts';
import { makeSend } from '#shared/aws/queue.ts';
import { makeWorker, workerVariables } from '#shared/aws/worker.ts';
import { readEnvironment } from '#shared/environment.ts';
import { eachRecord } from '#shared/middlewares/each-record.ts';
import { heartbeat } from '#shared/middlewares/heartbeat.ts';
import { parseRecords } from '#shared/middlewares/parse-records.ts';
import { partialBatchFailures } from '#shared/middlewares/partial-batch-failures.ts';
import { watched } from '#shared/middlewares/watched.ts';
import { makeKeepFailure } from '#shared/sampling/failure.ts';
import {
	type AnyMessage,
	decodeMessageSchema,
	planMessageSchema,
	recountMessageSchema,
} from '#shared/sampling/messages.ts';
import { countNode } from './count-node.ts';
import { handleDeadLetter } from './handle-dead-letter.ts';
import { recordProgress } from './record-progress.ts';
import { sweep } from './sweep.ts';

const env = readEnvironment(
	...workerVariables,
	'RECOUNT_QUEUE_URL',
	'PLAN_QUEUE_URL',
	'PROGRESS_SECONDS',
	'STUCK_SECONDS',
	'QUIET_SECONDS',
	'MESSAGES_KEPT_SECONDS',
);
const [s3, sqs] = [new S3Client({}), new SQSClient({})];
const worker = makeWorker(env, { s3, sqs, ssm: new SSMClient({}) }, env.RECOUNT_QUEUE_URL);
const { store, queue, breaker, leaseMs } = worker;
const ports = {
	store,
	files: makeFileStore(s3, env.STATE_BUCKET),
	sendPlan: makeSend(sqs, env.PLAN_QUEUE_URL),
	progressMs: Number(env.PROGRESS_SECONDS) * 1000,
	leaseMs,
	stuckMs: Number(env.STUCK_SECONDS) * 1000,
	messagesKeptMs: Number(env.MESSAGES_KEPT_SECONDS) * 1000,
	outage: breaker.outage,
};

const messageSchema = z.union([recountMessageSchema, decodeMessageSchema, planMessageSchema]);

/** Time before the deadline to ask whether the server is away, and return the messages. */
const endEarlyMs = 12_000;

/** The ports, with calls to the server that end before the deadline. */
const portsWithin = (context: Context) => ({
	...ports,
	supervisely: worker.superviselyWithin(deadlineOf(context, endEarlyMs)),
});

/** A recount message is counted, even one from a dead-letter queue. Any other message here is a dead letter. */
const work = (message: AnyMessage, context: Context, { body, eventSourceARN }: SQSRecord): Promise<void> =>
	'kind' in message || 'chunk' in message
		? handleDeadLetter(portsWithin(context), message, { queue: eventSourceARN, body })
		: breaker.run(() => countNode(portsWithin(context), message, recordProgress));

const workOnRecords = middy<SQSEvent>()
	.use(parseRecords(messageSchema))
	.use(partialBatchFailures(queue, makeKeepFailure(store)))
	.use(heartbeat(queue))
	.handler<SQSEvent, SQSBatchResponse>(eachRecord(work));

/**
 * Recount queue: counts one node and, when it is complete, its parents. Dead-letter queues: turns dead letters into faults.
 * Schedule: sweeps all open samplings.
 */
export const handler = middy<SQSEvent | ScheduledEvent, SQSBatchResponse | undefined>()
	.use(watched())
	.handler(async (event, context) => {
		if ('Records' in event) return workOnRecords(event, context);
		await sweep(portsWithin(context), Number(env.QUIET_SECONDS) * 1000);
		return undefined;
	});
