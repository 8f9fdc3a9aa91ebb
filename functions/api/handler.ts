import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import middy from '@middy/core';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, ScheduledEvent } from 'aws-lambda';
import { makeSend } from '#shared/aws/queue.ts';
import { makeStateStore } from '#shared/aws/state-store.ts';
import { readEnvironment } from '#shared/environment.ts';
import { answer } from './answer.ts';
import { startStandingSampling } from './standing-sampling.ts';

const env = readEnvironment('STATE_BUCKET', 'PLAN_QUEUE_URL', 'STANDING_SAMPLING');
const ports = {
	store: makeStateStore(new S3Client({}), env.STATE_BUCKET),
	sendPlan: makeSend(new SQSClient({}), env.PLAN_QUEUE_URL),
};

/** HTTP → start or look up a sampling. Schedule → start the standing sampling. */
export const handler = middy<
	APIGatewayProxyEventV2 | ScheduledEvent,
	APIGatewayProxyStructuredResultV2 | undefined
>().handler(async event => {
	if ('routeKey' in event) return answer(ports, event);
	await startStandingSampling(ports, env.STANDING_SAMPLING, event.time);
	return undefined;
});
