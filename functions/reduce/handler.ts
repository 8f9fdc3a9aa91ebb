import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import middy from '@middy/core';
import type { ScheduledEvent, SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { makeToken } from '#shared/aws/secret.ts';
import { settleBatch } from '#shared/aws/settle-batch.ts';
import { makeStateStore } from '#shared/aws/state-store.ts';
import { readEnvironment } from '#shared/environment.ts';
import { reportMessageSchema } from '#shared/sampling/messages.ts';
import { makeSuperviselyApi } from '#shared/supervisely/api.ts';
import { connectSupervisely } from '#shared/supervisely/http-client.ts';
import { countNode } from './count-node.ts';
import { sweep } from './sweep.ts';

const env = readEnvironment(
	'STATE_BUCKET',
	'REPORT_QUEUE_URL',
	'SUPERVISELY_SERVER',
	'TOKEN_PARAMETER',
	'PROGRESS_SECONDS',
);
const sqs = new SQSClient({});
const token = makeToken(new SSMClient({}), env.TOKEN_PARAMETER);
const ports = {
	store: makeStateStore(new S3Client({}), env.STATE_BUCKET),
	supervisely: makeSuperviselyApi(connectSupervisely(env.SUPERVISELY_SERVER, token)),
	progressMs: Number(env.PROGRESS_SECONDS) * 1000,
};

/** Report queue → count one node and, where it is complete, those above it. Schedule → recount all open samplings. */
export const handler = middy<SQSEvent | ScheduledEvent, SQSBatchResponse | undefined>().handler(async event => {
	if ('Records' in event) {
		return settleBatch(sqs, env.REPORT_QUEUE_URL, event, record =>
			countNode(ports, reportMessageSchema.parse(JSON.parse(record.body))),
		);
	}
	await sweep(ports);
	return undefined;
});
