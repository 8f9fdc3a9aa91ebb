import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, ScheduledEvent } from 'aws-lambda';
import { makeSend } from '#shared/aws/queue.ts';
import { makeToken } from '#shared/aws/secret.ts';
import { makeStateStore } from '#shared/aws/state-store.ts';
import { readEnvironment } from '#shared/environment.ts';
import { withLogFields } from '#shared/log.ts';
import { watched } from '#shared/middlewares/watched.ts';
import { makeSuperviselyApi } from '#shared/supervisely/remote/api.ts';
import { connectSupervisely } from '#shared/supervisely/remote/http-client.ts';
import { traceId } from '#shared/trace.ts';
import { answer } from './answer.ts';
import { errorsAsAnswers } from './errors-as-answers.ts';
import { jsonBody } from './json-body.ts';
import { startScheduledSampling } from './scheduled-sampling.ts';

const env = readEnvironment(
	'STATE_BUCKET',
	'PLAN_QUEUE_URL',
	'RECOUNT_QUEUE_URL',
	'SCHEDULED_SAMPLING',
	'SUPERVISELY_SERVER',
	'TOKEN_PARAMETER',
	'REQUEST_SECONDS',
	'FRAMES_PER_CHUNK',
	'FAN_OUT_MIB',
	'DECODE_MIB',
	'REDUCE_MIB',
);
const sqs = new SQSClient({});
const token = makeToken(new SSMClient({}), env.TOKEN_PARAMETER);
const timeoutMs = Number(env.REQUEST_SECONDS) * 1000;
const ports = {
	store: makeStateStore(new S3Client({}), env.STATE_BUCKET),
	bucket: env.STATE_BUCKET,
	sendPlan: makeSend(sqs, env.PLAN_QUEUE_URL),
	sendRecount: makeSend(sqs, env.RECOUNT_QUEUE_URL),
	supervisely: makeSuperviselyApi(connectSupervisely(env.SUPERVISELY_SERVER, token, { timeoutMs })),
	sizing: {
		framesPerChunk: Number(env.FRAMES_PER_CHUNK),
		fanOutMiB: Number(env.FAN_OUT_MIB),
		decodeMiB: Number(env.DECODE_MIB),
		reduceMiB: Number(env.REDUCE_MIB),
	},
};

const answerHttp = middy<APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2>()
	.use(errorsAsAnswers())
	.use(jsonBody())
	.handler(event => {
		const { routeKey, requestContext, pathParameters } = event;
		const sampling = pathParameters?.id?.slice(0, 64);
		const about = { routeKey, requestId: requestContext.requestId, ...(sampling ? { sampling } : {}) };
		return withLogFields(about, () => answer(ports, event));
	});

/** HTTP requests: the routes of the API. Scheduled events: start the scheduled sampling. */
export const handler = middy<APIGatewayProxyEventV2 | ScheduledEvent, APIGatewayProxyStructuredResultV2 | undefined>()
	.use(watched())
	.handler(async (event, context) => {
		const trace = traceId();
		return withLogFields(trace ? { trace } : {}, async () => {
			if ('routeKey' in event) return answerHttp(event, context);
			await startScheduledSampling(ports, env.SCHEDULED_SAMPLING, event.time);
			return undefined;
		});
	});
