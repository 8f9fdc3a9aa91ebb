import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { deadlineOf } from '#shared/aws/deadline.ts';
import { makeFileStore } from '#shared/aws/file-store.ts';
import { makeSend } from '#shared/aws/queue.ts';
import { makeWorker, workerVariables } from '#shared/aws/worker.ts';
import { disableIncrementalMarking } from '#shared/disable-incremental-marking.ts';
import { readEnvironment } from '#shared/environment.ts';
import { eachRecord } from '#shared/middlewares/each-record.ts';
import { heartbeat } from '#shared/middlewares/heartbeat.ts';
import { parseRecords } from '#shared/middlewares/parse-records.ts';
import { partialBatchFailures } from '#shared/middlewares/partial-batch-failures.ts';
import { watched } from '#shared/middlewares/watched.ts';
import { makeKeepFailure } from '#shared/sampling/failure.ts';
import { type DecodeMessage, decodeMessageSchema } from '#shared/sampling/messages.ts';
import { ffmpegProgram } from '#shared/video/extract/ffmpeg-program.ts';
import { decodeChunk } from './decode-chunk.ts';

const env = readEnvironment(...workerVariables, 'DECODE_QUEUE_URL', 'RECOUNT_QUEUE_URL', 'FFMPEG_PATH');
const [s3, sqs] = [new S3Client({}), new SQSClient({})];
const worker = makeWorker(env, { s3, sqs, ssm: new SSMClient({}) }, env.DECODE_QUEUE_URL);
const { store, queue, breaker, leaseMs } = worker;
const ports = {
	store,
	// Files are read by ranges, and a checksum of the whole file does not apply to a range.
	files: makeFileStore(new S3Client({ responseChecksumValidation: 'WHEN_REQUIRED' }), env.STATE_BUCKET),
	sendRecount: makeSend(sqs, env.RECOUNT_QUEUE_URL),
	sendDecode: makeSend(sqs, env.DECODE_QUEUE_URL),
	leaseMs,
	ffmpegPath: env.FFMPEG_PATH,
};

disableIncrementalMarking();

// ffmpeg is checked while the sandbox starts; an error is thrown when ffmpeg is used.
ffmpegProgram(ports.ffmpegPath).catch(() => {});

/** Time before the deadline to stop ffmpeg and return the message. */
const endEarlyMs = 10_000;

/** Decode queue: one chunk, from bytes to uploaded images with labels, and its marker. */
export const handler = middy<SQSEvent>()
	.use(watched())
	.use(parseRecords(decodeMessageSchema))
	.use(partialBatchFailures(queue, makeKeepFailure(store)))
	.use(heartbeat(queue))
	.handler<SQSEvent, SQSBatchResponse>(
		eachRecord((message: DecodeMessage, context) => {
			const signal = deadlineOf(context, endEarlyMs);
			const supervisely = worker.superviselyWithin(signal);
			return breaker.run(() => decodeChunk({ ...ports, supervisely }, message, signal));
		}),
	);
