import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { type CircuitBreaker, makeCircuitBreaker } from '../circuit-breaker.ts';
import { inFlightSeconds, type WorkQueue } from '../middlewares/work-queue.ts';
import type { StateStore } from '../state-store.ts';
import { makeSuperviselyApi, type SuperviselyApi } from '../supervisely/remote/api.ts';
import { connectSupervisely } from '../supervisely/remote/http-client.ts';
import { makePace } from '../supervisely/remote/pace.ts';
import { makeProbe } from '../supervisely/remote/probe.ts';
import { makeToken } from './secret.ts';
import { makeStateStore } from './state-store.ts';

/** Environment variables of every function with a work queue. */
export const workerVariables = [
	'STATE_BUCKET',
	'SUPERVISELY_SERVER',
	'TOKEN_PARAMETER',
	'REQUEST_SECONDS',
	'LEASE_SECONDS',
	'DELIVERIES',
	'LONGEST_WAIT_SECONDS',
	'LONGEST_OUTAGE_SECONDS',
] as const;

type Clients = { s3: S3Client; sqs: SQSClient; ssm: SSMClient };

/** What the functions with a work queue have in common. */
export type Worker = {
	store: StateStore;
	queue: WorkQueue;
	breaker: CircuitBreaker;
	leaseMs: number;
	/** The server, whose calls end when the signal aborts. All calls of one sandbox share one pace. */
	superviselyWithin(signal: AbortSignal): SuperviselyApi;
};

/** Makes a worker, once for each sandbox. @param queueUrl its queue */
export function makeWorker(
	env: Record<(typeof workerVariables)[number], string>,
	{ s3, sqs, ssm }: Clients,
	queueUrl: string,
): Worker {
	const token = makeToken(ssm, env.TOKEN_PARAMETER);
	const timeoutMs = Number(env.REQUEST_SECONDS) * 1000;
	const longestWait = Number(env.LONGEST_WAIT_SECONDS);
	const pace = makePace();
	const store = makeStateStore(s3, env.STATE_BUCKET);
	return {
		store,
		queue: {
			...{ sqs, queueUrl, longestWait },
			deliveries: Number(env.DELIVERIES),
			inFlightSeconds: inFlightSeconds(Number(env.LEASE_SECONDS)),
		},
		breaker: makeCircuitBreaker(store, makeProbe(env.SUPERVISELY_SERVER), {
			longestWait,
			longestOutageMs: Number(env.LONGEST_OUTAGE_SECONDS) * 1000,
		}),
		leaseMs: Number(env.LEASE_SECONDS) * 1000,
		superviselyWithin: signal =>
			makeSuperviselyApi(connectSupervisely(env.SUPERVISELY_SERVER, token, { timeoutMs, signal, pace })),
	};
}
