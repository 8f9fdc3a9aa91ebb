import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
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
import { type PlanMessage, planMessageSchema } from '#shared/sampling/messages.ts';
import { handlePlanMessage } from './handle-plan-message.ts';

const env = readEnvironment(
	...workerVariables,
	'PLAN_QUEUE_URL',
	'DECODE_QUEUE_URL',
	'RECOUNT_QUEUE_URL',
	'FRAMES_PER_CHUNK',
	'MAX_FRAMES',
	'MAX_DOLLARS',
	'FAN_OUT_MIB',
	'DECODE_MIB',
	'REDUCE_MIB',
	'FFMPEG_PATH',
);
const [s3, sqs] = [new S3Client({}), new SQSClient({})];
const worker = makeWorker(env, { s3, sqs, ssm: new SSMClient({}) }, env.PLAN_QUEUE_URL);
const { store, queue, breaker, leaseMs } = worker;
const ports = {
	store,
	// Files are read by ranges, and a checksum of the whole file does not apply to a range.
	files: makeFileStore(new S3Client({ responseChecksumValidation: 'WHEN_REQUIRED' }), env.STATE_BUCKET),
	sendPlan: makeSend(sqs, env.PLAN_QUEUE_URL),
	sendDecode: makeSend(sqs, env.DECODE_QUEUE_URL),
	sendRecount: makeSend(sqs, env.RECOUNT_QUEUE_URL),
	framesPerChunk: Number(env.FRAMES_PER_CHUNK),
	limits: {
		...(env.MAX_FRAMES ? { maxFrames: Number(env.MAX_FRAMES) } : {}),
		...(env.MAX_DOLLARS ? { maxDollars: Number(env.MAX_DOLLARS) } : {}),
	},
	sizing: {
		framesPerChunk: Number(env.FRAMES_PER_CHUNK),
		fanOutMiB: Number(env.FAN_OUT_MIB),
		decodeMiB: Number(env.DECODE_MIB),
		reduceMiB: Number(env.REDUCE_MIB),
	},
	leaseMs,
	ffmpegPath: env.FFMPEG_PATH,
};

/** Time before the deadline to stop ffmpeg, ask whether the server is away, and return the message. */
const endEarlyMs = 12_000;

/** Share of an invocation's time for one pass over a long file; the rest is for the work after it. */
const shareOfPass = 0.6;

/** Plan queue: plans a project, a dataset, a page of a listing or a video of the source. */
export const handler = middy<SQSEvent>()
	.use(watched())
	.use(parseRecords(planMessageSchema))
	.use(partialBatchFailures(queue, makeKeepFailure(store)))
	.use(heartbeat(queue))
	.handler<SQSEvent, SQSBatchResponse>(
		eachRecord((message: PlanMessage, context) => {
			const signal = deadlineOf(context, endEarlyMs);
			const passUntil = Date.now() + context.getRemainingTimeInMillis() * shareOfPass;
			const supervisely = worker.superviselyWithin(signal);
			return breaker.run(() => handlePlanMessage({ ...ports, supervisely, passUntil }, message, signal));
		}),
	);
