import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import middy from '@middy/core';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { deadlineOf } from '#shared/aws/deadline.ts';
import { makeFileStore } from '#shared/aws/file-store.ts';
import { makeSend } from '#shared/aws/queue.ts';
import { makeToken } from '#shared/aws/secret.ts';
import { makeStateStore } from '#shared/aws/state-store.ts';
import { makeCircuitBreaker } from '#shared/circuit-breaker.ts';
import { disableIncrementalMarking } from '#shared/disable-incremental-marking.ts';
import { readEnvironment } from '#shared/environment.ts';
import { eachRecord } from '#shared/middlewares/each-record.ts';
import { heartbeat } from '#shared/middlewares/heartbeat.ts';
import { parseRecords } from '#shared/middlewares/parse-records.ts';
import { partialBatchFailures } from '#shared/middlewares/partial-batch-failures.ts';
import { watched } from '#shared/middlewares/watched.ts';
import { inFlightSeconds } from '#shared/middlewares/work-queue.ts';
import { makeKeepFailure } from '#shared/sampling/failure.ts';
import { type DecodeMessage, decodeMessageSchema } from '#shared/sampling/messages.ts';
import { makeSuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import { makePace } from '#shared/supervisely/remote/pace.ts';
import { makeProbe } from '#shared/supervisely/remote/probe.ts';
import { ffmpegProgram } from '#shared/video/extract/ffmpeg-program.ts';
import { decodeChunk } from './decode-chunk.ts';

const env = readEnvironment(
	'STATE_BUCKET',
	'DECODE_QUEUE_URL',
	'RECOUNT_QUEUE_URL',
	'SUPERVISELY_SERVER',
	'TOKEN_PARAMETER',
	'REQUEST_SECONDS',
	'LEASE_SECONDS',
	'DELIVERIES',
	'LONGEST_WAIT_SECONDS',
	'LONGEST_OUTAGE_SECONDS',
	'FFMPEG_PATH',
);
const sqs = new SQSClient({});
const token = makeToken(new SSMClient({}), env.TOKEN_PARAMETER);
const timeoutMs = Number(env.REQUEST_SECONDS) * 1000;
const pace = makePace();
const store = makeStateStore(new S3Client({}), env.STATE_BUCKET);
const breaker = makeCircuitBreaker(store, makeProbe(env.SUPERVISELY_SERVER), {
	longestWait: Number(env.LONGEST_WAIT_SECONDS),
	longestOutageMs: Number(env.LONGEST_OUTAGE_SECONDS) * 1000,
});
const ports = {
	store,
	// Files are read by ranges, and a checksum of the whole file does not apply to a range.
	files: makeFileStore(new S3Client({ responseChecksumValidation: 'WHEN_REQUIRED' }), env.STATE_BUCKET),
	sendRecount: makeSend(sqs, env.RECOUNT_QUEUE_URL),
	sendDecode: makeSend(sqs, env.DECODE_QUEUE_URL),
	leaseMs: Number(env.LEASE_SECONDS) * 1000,
	ffmpegPath: env.FFMPEG_PATH,
};
const queue = {
	sqs,
	queueUrl: env.DECODE_QUEUE_URL,
	deliveries: Number(env.DELIVERIES),
	longestWait: Number(env.LONGEST_WAIT_SECONDS),
	inFlightSeconds: inFlightSeconds(Number(env.LEASE_SECONDS)),
};

disableIncrementalMarking();

// Checked while the sandbox starts; an error is reported when it is used.
ffmpegProgram(ports.ffmpegPath).catch(() => {});

/** Time before the deadline to stop ffmpeg and return the message. */
const endEarlyMs = 10_000;

/** Decode queue: one chunk, from bytes to uploaded images with labels, and its marker. */
export const handler = middy<SQSEvent>()
	.use(watched())
	.use(parseRecords(decodeMessageSchema))
	.use(partialBatchFailures(queue, makeKeepFailure(ports.store)))
	.use(heartbeat(queue))
	.handler<SQSEvent, SQSBatchResponse>(
		eachRecord((message: DecodeMessage, context) => {
			const signal = deadlineOf(context, endEarlyMs);
			const http = connectSupervisely(env.SUPERVISELY_SERVER, token, { timeoutMs, signal, pace });
			const supervisely = makeSuperviselyApi(http);
			return breaker.run(() => decodeChunk({ ...ports, supervisely }, message, signal));
		}),
	);
